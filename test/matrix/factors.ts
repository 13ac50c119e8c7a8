import { hotpCode } from '../support/hotp.ts'
import type { Person, SecondFactor } from './person.ts'

/** A factor of an application's own: what a third party adds goes through the same. */
const hotp: SecondFactor = {
  name: 'hotp',
  amr: ['otp'],
  isPartOf: [],
  async enrol({ home, pocket }) {
    const { body } = await home.post<{ secret: string }>('/hotp', undefined)
    pocket.set('hotp', { secret: Buffer.from(body.secret, 'hex'), counter: 0 })
  },
  answer: async (person, tab, ticket) =>
    await tab.post('/login/second-factor', { ticket, factor: 'hotp', code: press(person) }),
  stepUp: async (person, tab) => await tab.post('/step-up', { factor: 'hotp', code: press(person) }),
}

function press({ pocket }: Person): string {
  const token = pocket.get('hotp') as { secret: Buffer; counter: number }
  return hotpCode(token.secret, token.counter++)
}

/** Every second factor. */
export const factors: readonly SecondFactor[] = [hotp]
