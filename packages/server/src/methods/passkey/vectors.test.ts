import type { PasskeyAssertion, PasskeyAttestation } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import vectors from '#test/support/vectors/webauthn-level-3.json' with { type: 'json' }
import { type Expectation, verifyAssertion, verifyRegistration } from './ceremony.ts'

/* The test vectors of the specification itself. */

const { rpId, origin, cases } = vectors
type Case = (typeof cases)[number]

const expected = (challenge: string): Expectation => ({
  rp: { id: rpId, origins: new Set([origin]), related: [] },
  challenge,
  userVerification: 'preferred',
})

const register = ({ registration }: Case) => {
  const { credentialId: id, clientDataJSON, attestationObject } = registration
  const response: PasskeyAttestation = {
    id,
    rawId: id,
    type: 'public-key',
    response: { clientDataJSON, attestationObject },
  }
  return verifyRegistration(response, expected(registration.challenge))
}

const authenticate = (each: Case, known: Awaited<ReturnType<typeof register>>, change = same) => {
  const { challenge, ...response } = each.authentication
  const { credentialId: id } = each.registration
  const assertion: PasskeyAssertion = { id, rawId: id, type: 'public-key', response }
  return verifyAssertion(change(assertion), known, expected(challenge))
}

const same = (assertion: PasskeyAssertion): PasskeyAssertion => assertion
const refused = expect.objectContaining({ code: 'passkey_invalid' })
const caught = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    return error
  }
}

/** Selects the vectors whose algorithms we request. */
const isAsked = ({ title }: Case) => !/ES384|ES512|Ed448/.test(title)
const isFramed = ({ title }: Case) => /crossOrigin|topOrigin/.test(title)

describe('W3C test vectors', () => {
  test('are all here', () => {
    expect(cases).toHaveLength(15)
    expect(cases.filter(isFramed)).toHaveLength(2)
    expect(cases.filter((each) => !isAsked(each))).toHaveLength(3)
  })

  test.each(cases.filter((each) => isAsked(each) && !isFramed(each)))('$title is accepted', async (each) => {
    const known = await register(each)
    expect(Buffer.from(known.credentialId).toString('base64url')).toBe(each.registration.credentialId)
    expect(await authenticate(each, known)).toMatchObject({ signCount: expect.any(Number) as number })
  })

  test.each(cases.filter((each) => isAsked(each) && !isFramed(each)))(
    '$title, one bit changed, is refused',
    async (each) => {
      const known = await register(each)
      const change = (assertion: PasskeyAssertion): PasskeyAssertion => {
        const signature = Buffer.from(assertion.response.signature, 'base64url')
        signature[signature.length - 1]! ^= 1
        return {
          ...assertion,
          response: { ...assertion.response, signature: signature.toString('base64url') },
        }
      }
      expect(await caught(() => authenticate(each, known, change))).toEqual(refused)
    },
  )

  test.each(cases.filter(isFramed))('$title is refused, made or used', async (each) => {
    expect(await caught(() => register(each))).toMatchObject({
      code: 'passkey_invalid',
      options: { log: { reason: 'crossOrigin' } },
    })
    const known = await register(cases[0] as Case)
    expect(await caught(() => authenticate(each, known))).toMatchObject({
      code: 'passkey_invalid',
      options: { log: { reason: 'crossOrigin' } },
    })
  })

  test.each(cases.filter((each) => !isAsked(each)))(
    '$title was not asked for, and is refused',
    async (each) => {
      expect(await caught(() => register(each))).toEqual(refused)
    },
  )

  test.each(cases)('the answers of $title are nothing to another challenge', async (each) => {
    const swapped = { ...each, registration: { ...each.registration, challenge: 'AAAA' } }
    expect(await caught(() => register(swapped))).toEqual(refused)
  })
})
