import { expect, onTestFinished, test } from 'vitest'
import { must, textOf } from '#test/support/must.ts'
import { apiKey } from '#test/support/api-key.ts'
import type { Claims } from '../token/claims.ts'
import { createVerifier } from './verifier.ts'

const issuer = 'https://a.example'

/** A verifier, and which tokens its issuer was asked about. */
function asking(mode: 'introspect' | undefined) {
  const asked: string[] = []
  const verifier = createVerifier({
    issuer,
    audience: 'api',
    credential: 'lkk_of-this-service',
    ...(mode && { mode }),
    fetch: async (url, init) => {
      if (!url.endsWith('/introspect')) {
        const metadata = {
          issuer,
          jwks_uri: `${issuer}/jwks`,
          introspection_endpoint: `${issuer}/introspect`,
        }
        return Response.json(url.includes('.well-known') ? metadata : { keys: [] })
      }
      asked.push(must(new URLSearchParams(textOf(init.body)).get('token')))
      return Response.json({ active: false })
    },
  })
  onTestFinished(() => verifier.close())
  return { verifier, asked }
}

const key = apiKey('one')
const jwt = `${Buffer.from('{"alg":"EdDSA"}').toString('base64url')}.e30.AAAA`

test.each([undefined, 'introspect'] as const)(
  'in mode %s the issuer is asked about what may be its own',
  async (mode) => {
    const { verifier, asked } = asking(mode)
    const askable = ['lks_AAAA', key, ...(mode === 'introspect' ? [jwt] : [])]
    for (const token of [...askable, `${key}x`, `${key.slice(0, -1)}_`, 'lkk_', 'x', '', `${jwt}!`])
      expect((await verifier.verify(token)).ok).toBe(false)
    expect(asked).toEqual(askable)
  },
)

test('a requirement that is misspelt decides nothing', () => {
  const { verifier } = asking(undefined)
  const claims: Claims = { iss: issuer, sub: 'ada', roles: ['admin'] }
  expect(verifier.decide(claims, { role: 'admin' })).toBeNull()
  expect(verifier.decide(claims, { role: 'owner' })).toMatchObject({ code: 'forbidden' })
  const misspelt: object = { rôle: 'owner' }
  expect(() => verifier.decide(claims, misspelt)).toThrow(TypeError)
  const unset: object = { role: undefined }
  expect(() => verifier.decide(claims, unset)).toThrow(TypeError)
})
