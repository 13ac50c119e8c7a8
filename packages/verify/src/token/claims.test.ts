import { expect, test } from 'vitest'
import { readAccessTokenClaims, readClaims } from './claims.ts'

const token = { iss: 'https://a.example', sub: 'ada', aud: 'api', client_id: 'x', exp: 2, iat: 1, jti: 'one' }

test.each<[string, unknown]>([
  ['exp', -1],
  ['exp', 1.5],
  ['exp', 2 ** 53],
  ['exp', '2'],
  ['iat', null],
  ['nbf', Number.NaN],
  ['epoch', []],
  ['aud', 1],
  ['aud', ['api', 1]],
  ['roles', 'admin'],
  ['roles', [null]],
  ['scope', ['a']],
  ['cnf', null],
  ['cnf', ['a']],
  ['cnf', 'a'],
  ['cnf', { jkt: 1 }],
])('claims whose %s is %j are none', (name, value) => {
  expect(readAccessTokenClaims({ ...token, [name]: value })).toBeNull()
  expect(readClaims({ iss: token.iss, sub: token.sub, [name]: value })).toBeNull()
})

test.each(Object.keys(token))('an access token without %s is none (RFC 9068 §2.2)', (name) => {
  expect(readAccessTokenClaims(token)).toEqual(token)
  expect(readAccessTokenClaims({ ...token, [name]: undefined })).toBeNull()
})

test.each([0, 2 ** 53 - 1])('a time of %s is one', (exp) => {
  expect(readAccessTokenClaims({ ...token, exp, aud: ['api'], cnf: { jkt: 'a' }, roles: [] })).toMatchObject({
    exp,
  })
})

test('introspection need not say more than who and by whom (RFC 7662 §2.2)', () => {
  expect(readClaims({ iss: 'a', sub: 'b' })).toEqual({ iss: 'a', sub: 'b' })
  for (const half of [{ iss: 'a' }, { sub: 'b' }, { iss: 1, sub: 'b' }]) expect(readClaims(half)).toBeNull()
})
