import { request } from 'node:http'
import { createVerifier } from '@latchkey/verify'
import { createExpressAuth } from '@latchkey/verify/express'
import { createFastifyAuth } from '@latchkey/verify/fastify'
import { createHonoAuth } from '@latchkey/verify/hono'
import { RequireAuth } from '@latchkey/verify/nest'
import { createNodeAuth } from '@latchkey/verify/node'
import { createRequestAuth } from '@latchkey/verify/request'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '#test/support/listen.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { requireAuth, toNodeHandler } from './node.ts'
import { requireSession } from './session-guard.ts'

/*
 * A requirement that is not there, a setting that nobody has set, must not be taken for one that asks for nothing.
 */

const wrong: Record<string, unknown> = {
  'no requirement': undefined,
  null: null,
  'a text': 'admin',
  'a list': ['admin'],
  ...Object.fromEntries(
    ['role', 'permission', 'scope', 'mfa', 'maxAge'].flatMap((name) => [
      [`${name}: undefined`, { [name]: undefined }],
      [`${name}: null`, { [name]: null }],
      [`${name}: empty`, { [name]: '' }],
      [`${name}: blank`, { [name]: ' ' }],
    ]),
  ),
  'a misspelt one': { roles: 'admin' },
}

const verifier = createVerifier({ issuer: 'https://auth.example.com', audience: 'https://api.example.com' })

/** Casts a requirement that a caller without types may pass. */
const asAny = (requirement: unknown) => requirement as { role: string }

const guards: Record<string, (requirement: unknown) => unknown> = {
  'verify/node': (each) => createNodeAuth(verifier).requireAuth(asAny(each)),
  'verify/express': (each) => createExpressAuth(verifier).requireAuth(asAny(each)),
  'verify/fastify': (each) => createFastifyAuth(verifier).requireAuth(asAny(each)),
  'verify/hono': (each) => createHonoAuth(verifier).requireAuth(asAny(each)),
  'verify/nest': (each) => RequireAuth(asAny(each)),
  'verify/request': (each) => createRequestAuth(verifier).requireAuth(asAny(each), () => new Response()),
  'verifier.decide': (each) => verifier.decide({} as never, asAny(each)),
}

describe('a requirement that is undefined, null, empty or misspelt is a TypeError', () => {
  for (const [name, guard] of Object.entries(guards))
    test(`to ${name}`, () => {
      for (const [what, requirement] of Object.entries(wrong))
        expect(() => guard(requirement), what).toThrow(TypeError)
      expect(() => guard({})).not.toThrow()
    })

  test('to the server’s own guards', async () => {
    const { latchkey, browser } = await createTestLatchkey()
    const tab = browser()
    await tab.register()
    for (const [what, requirement] of Object.entries(wrong)) {
      const asked = asAny(requirement)
      expect(() => requireAuth(latchkey, asked), what).toThrow(TypeError)
      expect(() => requireSession(latchkey, asked), what).toThrow(TypeError)
      await expect(latchkey.authenticate(`Bearer ${tab.token}`, asked), what).rejects.toThrow(TypeError)
      await expect(latchkey.authenticateSession({ cookies: new Map() }, asked), what).rejects.toThrow(
        TypeError,
      )
    }
    expect(await latchkey.authenticate(`Bearer ${tab.token}`)).toMatchObject({ acr: 'aal1' })
    expect(await latchkey.authenticate(`Bearer ${tab.token}`, {})).toMatchObject({ acr: 'aal1' })
  })
})

test('of two Authorization headers none counts, to the guard and to the API', async () => {
  const { latchkey, browser } = await createTestLatchkey()
  const tab = browser()
  await tab.register()
  const guard = requireAuth(latchkey)
  const handler = toNodeHandler(latchkey)
  const { origin, close } = listen((incoming, response) =>
    handler(incoming, response, () => guard(incoming, response, () => response.end())),
  )
  onTestFinished(close)
  const status = (path: string, authorization: string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(
        origin + path,
        { headers: ['host', 'localhost', ...authorization.flatMap((each) => ['authorization', each])] },
        (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode))
        },
      )
        .on('error', reject)
        .end()
    })
  const good = `Bearer ${tab.token}`
  for (const path of ['/guarded', '/api/auth/me']) {
    expect(await status(path, [good])).toBe(200)
    for (const two of [
      [good, good],
      [good, 'Bearer x'],
      ['Bearer x', good],
      [good, 'Basic YTpi'],
    ])
      expect(await status(path, two)).toBe(401)
  }
})
