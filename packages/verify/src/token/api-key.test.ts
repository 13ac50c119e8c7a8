import { expect, test } from 'vitest'
import { apiKey } from '#test/support/api-key.ts'
import { createVerifier } from '../verifier/verifier.ts'
import { mayBeApiKey } from './api-key.ts'

const keys = Array.from({ length: 200 }, (_, at) => apiKey(`key ${at}`))

test('every key that the server makes may be one', () => {
  expect(keys.filter((key) => !mayBeApiKey(key))).toEqual([])
})

const garbage: Record<string, (key: string) => string> = {
  'one character changed': (key) => key.slice(0, 10) + (key[10] === 'a' ? 'b' : 'a') + key.slice(11),
  'another checksum': (key) => key.slice(0, -6) + (key.endsWith('000000') ? '000001' : '000000'),
  'its characters in another order': (key) =>
    key.slice(0, 4) + Array.from(key.slice(4)).toReversed().join(''),
  'too short': (key) => key.slice(0, -1),
  'too long': (key) => `${key}0`,
  'another alphabet': (key) => `${key.slice(0, -1)}-`,
  'the prefix alone': () => 'lkk_',
  'a line end': (key) => `${key}\n`,
}

test.each(Object.entries(garbage))(
  'a key with %s is refused here, and its issuer is not asked',
  async (_, change) => {
    let asked = 0
    for (const mode of ['introspect', 'local'] as const) {
      const verifier = createVerifier({
        issuer: 'https://auth.example.com',
        audience: 'https://api.example.com',
        mode,
        credential: apiKey('of the service'),
        fetch: () => {
          asked++
          return Promise.reject(new Error('not reachable'))
        },
      })
      for (const key of keys.slice(0, 20)) {
        const verdict = await verifier.verify(change(key))
        expect(verdict).toMatchObject({ ok: false, error: { code: 'malformed' } })
      }
      verifier.close()
    }
    expect(asked).toBe(0)
  },
)
