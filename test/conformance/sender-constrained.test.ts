import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { dpop } from '../../packages/client/src/dpop.ts'
import { createAuthClient, memoryStorage, password } from '../../packages/client/src/index.ts'
import { createExpressAuth } from '../../packages/verify/src/express.ts'
import { createVerifier } from '../../packages/verify/src/verifier/verifier.ts'
import { hasCommand } from '#test/support/has-command.ts'
import { startIssuer } from '#test/support/issuer.ts'
import { listen } from '#test/support/listen.ts'

const run = promisify(execFile)

/** A client signed in with the SDK, and a service that knows only the issuer's address. */
async function startService() {
  const { origin: issuer, audience } = await startIssuer()
  const verifier = createVerifier({ issuer, audience })
  onTestFinished(() => verifier.close())
  const seen: { authorization: string; dpop: string }[] = []
  let app = express()
  const { origin, close } = listen((request, response) => void app(request, response))
  onTestFinished(close)
  const { requireAuth } = createExpressAuth(verifier, { publicUrl: origin })
  app = express()
  app.use((request, _, next) => {
    seen.push({ authorization: request.get('authorization') ?? '', dpop: request.get('dpop') ?? '' })
    next()
  })
  app.all(
    '/notes',
    requireAuth({}, (request, response) => response.json({ sub: request.auth.sub })),
  )
  const auth = createAuthClient({
    baseURL: `${issuer}/api/auth`,
    methods: [password()],
    transport: { refreshToken: memoryStorage() },
    origins: [origin],
    bind: dpop(),
  })
  onTestFinished(() => auth.dispose())
  await auth.password.register({ email: 'ada@example.com', password: 'seven quiet otters swim' })
  return { auth, url: `${origin}/notes`, seen }
}

test('what the SDK has bound passes at a service with the verifier', async () => {
  const { auth, url } = await startService()
  for (const method of ['GET', 'POST'])
    expect(await (await auth.fetch(`${url}?page=2`, { method })).json()).toEqual({
      sub: auth.state.get().user?.id,
    })
})

test.skipIf(!hasCommand('curl'))(
  'the same token in the hands of a thief opens nothing, and is told why',
  async () => {
    const { auth, url, seen } = await startService()
    await auth.fetch(url)
    const token = await auth.getAccessToken()
    const [{ dpop: proof } = { dpop: '' }] = seen
    const curl = async (...headers: string[]) => {
      const { stdout } = await run('curl', ['-s', '-i', ...headers.flatMap((each) => ['-H', each]), url])
      return stdout.toLowerCase()
    }
    const bearer = await curl(`Authorization: Bearer ${token}`)
    expect(bearer).toContain('http/1.1 401')
    expect(bearer).toMatch(/www-authenticate: dpop error="invalid_token".*algs="es256 /)
    const alone = await curl(`Authorization: DPoP ${token}`)
    expect(alone).toMatch(/www-authenticate: dpop error="invalid_dpop_proof"/)
    const replayed = await curl(`Authorization: DPoP ${token}`, `DPoP: ${proof}`)
    expect(replayed).toContain('http/1.1 401')
    expect(replayed).toMatch(/www-authenticate: dpop error="invalid_dpop_proof"/)
  },
)
