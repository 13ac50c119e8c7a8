import type { Subject } from '../harness/subject.ts'

const nothing = () => {
  throw new Error('the bare server has no sessions')
}

/** node:http and one route: what start and memory are held against. */
export const bare: Subject = {
  name: 'bare node:http',
  databases: [],
  command: ['bench/servers/bare.js'],
  environment: {},
  health: '/livez',
  client: { signUp: nothing, refresh: nothing, renewed: nothing },
}
