import type { RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { describe, expect, onTestFinished, test } from 'vitest'
import { signWith } from '#test/support/bound-token.ts'
import { createTestCa, type Credential, sendOverTls, serverCredential } from '#test/support/certificates.ts'
import { guardedApps } from '#test/support/guarded-apps.ts'
import { startIssuer } from '#test/support/issuer.ts'
import { listen, portOf } from '#test/support/listen.ts'
import type { AuthOptions } from '../guard/auth-options.ts'
import { createGuard } from '../guard/guard.ts'
import type { VerifierOptions } from '../verifier/options.ts'
import { createVerifier } from '../verifier/verifier.ts'

const ca = createTestCa()
const [client, other] = [ca.issue('CN=client'), ca.issue('CN=other')]
const shown = ({ der }: Credential) => ({ 'client-cert': `:${Buffer.from(der).toString('base64')}:` })

async function startBound(options: Partial<VerifierOptions> = {}) {
  const issuer = await startIssuer()
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience, ...options })
  onTestFinished(() => verifier.close())
  const token = await signWith(issuer, { 'x5t#S256': client.thumbprint })
  return { verifier, authorization: `Bearer ${token}` }
}

/** The address of an app on Node's own TLS. */
function serveOverTls(app: RequestListener): string {
  const server = createTlsServer(
    { ...serverCredential(ca), requestCert: true, rejectUnauthorized: false },
    app,
  ).listen(0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://localhost:${portOf(server)}`
}

describe.each(guardedApps)('%s (RFC 8705 §3)', (name, createApp) => {
  // Web-standard requests do not tell who is at the other end: what is bound to a certificate is refused there.
  const isBlind = name === 'Request'

  test('a bound token works on a connection with its certificate alone', async () => {
    const { verifier, authorization } = await startBound()
    const origin = serveOverTls(await createApp(verifier, {}))
    const ask = (credential?: Credential, headers = {}) =>
      sendOverTls(`${origin}/me`, {
        ca: ca.cert,
        headers: { authorization, ...headers },
        ...(credential && { cert: credential.cert, key: credential.key }),
      })
    expect((await ask(client)).status).toBe(isBlind ? 401 : 200)
    for (const answer of [await ask(other), await ask(), await ask(other, shown(client))]) {
      expect([answer.status, answer.body['reason']]).toEqual([401, 'wrong_certificate'])
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
    }
  })

  test('behind a proxy its header counts where it is trusted, and nowhere else', async () => {
    const { verifier, authorization } = await startBound()
    const serve = async (options: AuthOptions) => {
      const { origin, close } = listen(await createApp(verifier, options))
      onTestFinished(close)
      return async (headers: Record<string, string>) =>
        (await fetch(`${origin}/me`, { headers: { authorization, ...headers } })).status
    }
    const trusting = await serve({
      certificateHeader: 'client-cert',
      trustedProxies: ['127.0.0.1', '::1'],
    })
    expect(await trusting(shown(client))).toBe(isBlind ? 401 : 200)
    expect([await trusting(shown(other)), await trusting({})]).toEqual([401, 401])
    const elsewhere = await serve({ certificateHeader: 'client-cert', trustedProxies: ['10.0.0.0/8'] })
    const silent = await serve({})
    expect([await elsewhere(shown(client)), await silent(shown(client))]).toEqual([401, 401])
  })
})

test('what introspection says of a binding is held to it as well', async () => {
  const issuer = await startIssuer()
  const made = async (path: string, body: unknown) =>
    (await issuer.call<{ id: string; key: string }>('POST', path, { token: issuer.root.accessToken, body }))
      .body
  const { id } = await made('/admin/service-accounts', { name: 'gateway' })
  const { key } = await made(`/admin/service-accounts/${id}/api-keys`, {
    name: 'k',
    scopes: ['introspect'],
  })
  const verifier = createVerifier({
    issuer: issuer.origin,
    audience: issuer.audience,
    mode: 'introspect',
    credential: key,
  })
  onTestFinished(() => verifier.close())
  const token = await signWith(issuer, { 'x5t#S256': client.thumbprint })
  expect(await verifier.verify(token, { certificate: client.der })).toMatchObject({ ok: true })
  for (const certificate of [other.der, undefined])
    expect(await verifier.verify(token, { certificate })).toMatchObject({
      ok: false,
      error: { code: 'wrong_certificate' },
    })
})

test('options that would believe anybody are refused', async () => {
  const { verifier } = await startBound()
  const proxies = ['10.0.0.1']
  for (const [options, expected] of [
    [{ certificateHeader: 'client-cert' }, /needs trustedProxies/],
    [{ trustedProxies: proxies }, /certificateHeader is undefined/],
    [{ certificateHeader: 'x-cert', trustedProxies: proxies }, /not one of client-cert/],
    [{ certificateHeader: 'client-cert', trustedProxies: ['0.0.0.0/0'] }, /not \/0/],
    [{ certificateHeader: 'client-cert', trustedProxies: ['proxy'] }, /addresses or networks/],
  ] as [AuthOptions, RegExp][])
    expect(() => createGuard(verifier, options)).toThrow(expected)
})
