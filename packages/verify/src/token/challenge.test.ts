import { errorCatalogue, type ErrorCode } from '@latchkey/contract/errors'
import { expect, test } from 'vitest'
import { challengeOf } from './challenge.ts'

const codes = Object.keys(errorCatalogue) as ErrorCode[]

test('every 401 has a challenge (RFC 9110 §15.5.2), and of the others only what another scope would cure', () => {
  for (const code of codes) {
    const isChallenged = errorCatalogue[code].status === 401 || code === 'insufficient_scope'
    expect(challengeOf(code) !== null, code).toBe(isChallenged)
  }
})

test('what stands between quotes needs no escapes (RFC 6750 §3)', () => {
  for (const code of codes) {
    const challenge = challengeOf(code, { scope: 'a b', acr: 'aal2', maxAge: 0, algs: 'ES256' })
    expect(challenge ?? 'Bearer').toMatch(
      /^Bearer( \w+="[\x20\x21\x23-\x5b\x5d-\x7e]*"(, \w+="[\x20\x21\x23-\x5b\x5d-\x7e]*")*)?$/,
    )
  }
})

test('a challenge says no more than what is asked', () => {
  expect(challengeOf('unauthenticated')).toBe('Bearer')
  expect(challengeOf('invalid_credentials')).toBe('Bearer')
  expect(challengeOf('forbidden')).toBeNull()
  expect(challengeOf('insufficient_user_authentication', { maxAge: 0 })).toBe(
    'Bearer error="insufficient_user_authentication", error_description="This needs a recent or stronger sign-in.", max_age="0"',
  )
  expect(challengeOf('token_expired', { scheme: 'DPoP', algs: 'ES256 EdDSA', scope: 'a' })).toBe(
    'DPoP error="invalid_token", error_description="The access token has expired.", algs="ES256 EdDSA"',
  )
})
