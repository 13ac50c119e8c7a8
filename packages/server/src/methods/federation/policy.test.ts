import { describe, expect, test } from 'vitest'
import { type Arrival, decideArrival, type Decision } from './policy.ts'

const usual: Arrival = {
  isLinked: false,
  email: 'proven',
  holder: 'nobody',
  needsVerification: false,
  registration: 'open',
}

test.each<[string, Partial<Arrival>, Decision]>([
  ['a linked identity signs in', { isLinked: true, holder: 'verified' }, 'sign_in'],
  ['whatever its address', { isLinked: true, email: 'none', needsVerification: true }, 'sign_in'],
  ['and where nobody may register', { isLinked: true, registration: 'closed' }, 'sign_in'],
  ['somebody new gets an account', {}, 'create'],
  ['with an address to be proven yet', { email: 'unproven' }, 'create'],
  ['unless addresses must be proven', { email: 'unproven', needsVerification: true }, 'refuse_unproven'],
  ['or nobody may register', { registration: 'closed' }, 'refuse_closed'],
  ['without an address there is none', { email: 'none' }, 'refuse_unproven'],
  ['a proven address alone opens no account', { holder: 'verified' }, 'prove_account'],
  ['an unproven one neither', { email: 'unproven', holder: 'verified' }, 'prove_account'],
  ['nor one that nobody has proven', { email: 'unproven', holder: 'unverified' }, 'prove_account'],
  ['the owner of the address takes what was never proven', { holder: 'unverified' }, 'take_over'],
  ['registration has nothing to do with that', { holder: 'unverified', registration: 'closed' }, 'take_over'],
  ['a disabled account stays closed', { holder: 'disabled' }, 'refuse_disabled'],
  ['and looks like any other to a stranger', { email: 'unproven', holder: 'disabled' }, 'prove_account'],
])('%s', (_, arrival, decision) => {
  expect(decideArrival({ ...usual, ...arrival })).toBe(decision)
})

const all: Arrival[] = [true, false].flatMap((isLinked) =>
  (['none', 'unproven', 'proven'] as const).flatMap((email) =>
    (['nobody', 'disabled', 'unverified', 'verified'] as const).flatMap((holder) =>
      [true, false].flatMap((needsVerification) =>
        (['open', 'closed'] as const).map((registration) => ({
          isLinked,
          email,
          holder,
          needsVerification,
          registration,
        })),
      ),
    ),
  ),
)

describe('in all 96 cases', () => {
  test.each(all)('%j', (arrival) => {
    const { isLinked, email, holder, needsVerification, registration } = arrival
    const decision = decideArrival(arrival)
    // Only a link opens an account by itself; only a verified address takes one over, and only an unverified one.
    if (decision === 'sign_in') expect(isLinked).toBe(true)
    if (decision === 'take_over') expect([isLinked, email, holder]).toEqual([false, 'proven', 'unverified'])
    if (decision === 'create') expect([holder, registration]).toEqual(['nobody', 'open'])
    // Without a verified address, where that is required, the answer reveals nothing about accounts.
    if (!isLinked && email !== 'proven' && needsVerification) expect(decision).toBe('refuse_unproven')
    if (!isLinked && email === 'unproven' && holder !== 'nobody' && !needsVerification)
      expect(decision).toBe('prove_account')
  })
})
