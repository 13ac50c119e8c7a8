import { type Client, type Subject, databaseKinds, expectStatus, postJson } from '../harness/subject.ts'

const client: Client = {
  async signUp(send, count) {
    const answer = await send({ method: 'POST', path: '/seed', body: String(count) })
    expectStatus(answer, 200)
    return JSON.parse(answer.body) as Record<string, string>[]
  },
  refresh: ({ refreshToken }) => postJson('/refresh', { refreshToken }),
  renewed(_, answer) {
    expectStatus(answer, 200)
    return JSON.parse(answer.body) as Record<string, string>
  },
  guarded: ({ accessToken }) => ({
    method: 'GET',
    path: '/me',
    headers: { authorization: `Bearer ${accessToken}` },
  }),
  signIn: () => postJson('/login', { password: 'correct horse battery staple' }),
}

const floor = {
  databases: databaseKinds,
  command: ['bench/servers/floor.ts'],
  health: '/livez',
  sessionTable: 'session',
  client,
}

/** The reference for every ratio: one statement and one signature per refresh. */
export const single: Subject = { name: 'floor', ...floor, environment: {} }

/** The same, which refuses sign-ins as Latchkey does: half of the places for what comes from one address. */
export const crowded: Subject = { name: 'floor', ...floor, environment: { PLACES: '65' } }

/** The same with the refreshes of one moment in one commit. */
export const grouped: Subject = { name: 'floor, grouped', ...floor, environment: { GROUPED: '1' } }
