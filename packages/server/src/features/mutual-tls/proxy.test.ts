import { createServer as createTlsServer, type Server } from 'node:https'
import { createServer, request as forward, type RequestListener } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'
import {
  createFiles,
  createTestCa,
  type Credential,
  sendOverTls,
  serverCredential,
  type TestCa,
} from '#test/support/certificates.ts'
import { startMachinery } from '#test/support/machines.ts'
import type { TestOptions } from '#test/support/test-latchkey.ts'
import { requireAuth, toNodeHandler } from '../../http/adapters/node.ts'
import { createRequestContext } from '../../http/request-context.ts'
import type { Latchkey } from '../../latchkey.ts'

const tokenAddress = '/api/auth/certificates/token'
type HeaderName = NonNullable<TestOptions['mtlsProxyHeader']>

/** As the proxies of this world write a certificate. */
const written: Record<HeaderName, (client: Credential) => string> = {
  'client-cert': ({ der }) => `:${Buffer.from(der).toString('base64')}:`,
  'x-forwarded-client-cert': ({ cert }) =>
    `Hash=${'0'.repeat(64)};Cert="${encodeURIComponent(cert)}";Subject="CN=builder"`,
  'ssl-client-cert': ({ cert }) => encodeURIComponent(cert),
}

async function startBehind(header: HeaderName, options: TestOptions = {}) {
  const ca = createTestCa()
  const { paths } = createFiles({ 'ca.pem': ca.cert })
  const machinery = await startMachinery('sqlite', {
    trustedProxies: ['10.0.0.0/8'],
    mtlsCa: paths['ca.pem'],
    mtlsProxyHeader: header,
    ...options,
  })
  const account = await machinery.newServiceAccount('builder', { roles: ['admin'] })
  await machinery.call('POST', `/admin/service-accounts/${account.id}/certificates`, {
    token: machinery.root.accessToken,
    body: { name: 'x', kind: 'subject', value: 'CN=builder', inheritRoles: true },
  })
  const from = (ip: string) => ({
    exchange: (headers: Record<string, string>) =>
      machinery
        .browser()
        .send<{ accessToken: string }>(tokenAddress, { method: 'POST', bare: true, ip, headers }),
    use: (token: string, headers: Record<string, string>) =>
      machinery.browser().send('/api/admin/service-accounts', {
        bare: true,
        ip,
        headers: { ...headers, authorization: `Bearer ${token}` },
      }),
  })
  return { ...machinery, ca, from, proxy: from('10.1.2.3'), account }
}

test.each(Object.keys(written) as HeaderName[])(
  '%s of a trusted proxy is the certificate',
  async (header) => {
    const { ca, proxy, from } = await startBehind(header)
    const [client, other] = [ca.issue('CN=builder'), ca.issue('CN=builder')]
    const shown = { [header]: written[header](client) }
    const { status, body } = await proxy.exchange(shown)
    expect(status).toBe(200)
    expect((await proxy.use(body.accessToken, shown)).status).toBe(200)
    for (const wrong of [{}, { [header]: written[header](other) }, { [header]: 'garbage' }]) {
      const refused = await proxy.use(body.accessToken, wrong)
      expect([refused.status, refused.code]).toEqual([401, 'invalid_token'])
    }
    // The same header from an address that is not our proxy.
    expect((await from('192.0.2.1').use(body.accessToken, shown)).code).toBe('invalid_token')
    expect((await from('192.0.2.1').exchange(shown)).code).toBe('client_certificate_needed')
  },
)

test('what an address claims to be in X-Forwarded-For makes nobody a proxy', async () => {
  const { ca, from } = await startBehind('client-cert')
  const shown = written['client-cert'](ca.issue('CN=builder'))
  for (const forwarded of ['10.1.2.3', '10.1.2.3, 10.1.2.4', '127.0.0.1']) {
    const headers = { 'client-cert': shown, 'x-forwarded-for': forwarded }
    expect((await from('192.0.2.1').exchange(headers)).code).toBe('client_certificate_needed')
  }
  const behind = { 'client-cert': shown, 'x-forwarded-for': '192.0.2.1' }
  expect((await from('10.1.2.3').exchange(behind)).status).toBe(200)
})

test('a header that is not the configured one is not read, and neither is one that came twice', async () => {
  const { ca, proxy } = await startBehind('client-cert')
  const client = ca.issue('CN=builder')
  const { 'client-cert': mine, ...others } = written
  for (const [name, write] of Object.entries(others))
    expect((await proxy.exchange({ [name]: write(client) })).code).toBe('client_certificate_needed')
  const value = mine(client)
  for (const wrong of [
    `${value}, ${value}`,
    `${value}, ${mine(ca.issue('CN=other'))}`,
    ` ${value};x=1`,
    '::',
  ])
    expect((await proxy.exchange({ 'client-cert': wrong })).code).toBe('client_certificate_needed')
})

test('the proxy’s word is not enough: the CA must have issued it, and for clients', async () => {
  const { ca, proxy } = await startBehind('client-cert')
  const answer = async (client: Credential) =>
    (await proxy.exchange({ 'client-cert': written['client-cert'](client) })).code
  expect(await answer(ca.issue('CN=builder'))).toBeUndefined()
  expect(await answer(createTestCa().issue('CN=builder'))).toBe('client_certificate_invalid')
  expect(await answer(ca.issue('CN=builder', { purposes: [] }))).toBe('client_certificate_invalid')
  expect(
    await answer({ ...ca.issue('CN=builder'), der: ca.publicKey.export({ type: 'spki', format: 'der' }) }),
  ).toBe('client_certificate_invalid')
})

test('without a configured header nobody is believed', async () => {
  const ca = createTestCa()
  const { paths } = createFiles({ 'ca.pem': ca.cert })
  const { browser } = await startMachinery('sqlite', {
    trustedProxies: ['10.0.0.0/8'],
    mtlsCa: paths['ca.pem'],
  })
  const client = ca.issue('CN=builder')
  for (const [name, write] of Object.entries(written)) {
    const options = { method: 'POST', ip: '10.1.2.3', headers: { [name]: write(client) } }
    expect((await browser().send(tokenAddress, options)).code).toBe('client_certificate_needed')
  }
})

/** A proxy that ends TLS, writes the certificate into the header, and forwards in the clear. */
function startProxy(ca: TestCa, target: number): string {
  const { cert, key } = serverCredential(ca)
  const server: Server = createTlsServer(
    { cert, key, ca: ca.cert, requestCert: true, rejectUnauthorized: false },
    (incoming, outgoing) => {
      const der = (incoming.socket as TLSSocket).getPeerX509Certificate()?.raw
      const { 'client-cert': _, ...headers } = incoming.headers
      const shown = der && { 'client-cert': `:${der.toString('base64')}:` }
      const { method, url: path } = incoming
      const options = { host: 'localhost', port: target, method, path, headers: { ...headers, ...shown } }
      const onward = forward(options, (answer) => {
        outgoing.writeHead(must(answer.statusCode), answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(onward)
    },
  )
  return serve(server)
}

function serve(server: Server | ReturnType<typeof createServer>): string {
  server.listen(0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://localhost:${portOf(server)}`
}

/** Embedded beside routes of the application. */
const embedded = (latchkey: Latchkey): RequestListener => {
  const ours = toNodeHandler(latchkey)
  const guard = requireAuth(latchkey)
  return (request, response) =>
    ours(request, response, () => guard(request, response, () => response.end(JSON.stringify({ in: true }))))
}

test('through a real proxy, and by requireAuth of an application around it', async () => {
  const { latchkey, ca, account } = await startBehind('client-cert', { trustedProxies: ['127.0.0.1', '::1'] })
  const target = createServer(embedded(latchkey))
  serve(target)
  const origin = startProxy(ca, portOf(target))
  const [client, other] = [ca.issue('CN=builder'), ca.issue('CN=builder')]
  const send = (path: string, credential?: Credential, headers: Record<string, string> = {}) =>
    sendOverTls<{ accessToken: string }>(origin + path, {
      method: path === tokenAddress ? 'POST' : 'GET',
      ca: ca.cert,
      headers,
      ...(credential && { cert: credential.cert, key: credential.key }),
    })
  // The client's own header is overwritten.
  const spoofed = { 'client-cert': written['client-cert'](other) }
  const { status, body } = await send(tokenAddress, client, spoofed)
  expect(status).toBe(200)
  expect((await latchkey.services.accessTokens.inspect(body.accessToken)).sub).toBe(account.id)
  const authorization = `Bearer ${body.accessToken}`
  expect((await send('/mine', client, { authorization, ...spoofed })).status).toBe(200)
  expect((await send('/mine', other, { authorization })).code).toBe('invalid_token')
  expect((await send('/mine', undefined, { authorization })).code).toBe('invalid_token')
  // A revoked token is refused there, too, before its binding is looked at.
  await latchkey.services.mutualTls.remove(
    account.id,
    firstOf(await latchkey.services.mutualTls.list(account.id)).id,
    {
      actorId: null,
      ip: null,
      userAgent: null,
    },
  )
  expect((await send('/mine', client, { authorization })).code).toBe('token_revoked')
})

test('an application on TLS of its own needs no proxy', async () => {
  const { latchkey, ca } = await startBehind('client-cert')
  const server = serverCredential(ca)
  const origin = serve(
    createTlsServer({ ...server, requestCert: true, rejectUnauthorized: false }, embedded(latchkey)),
  )
  const client = ca.issue('CN=builder')
  const send = (path: string, method: string, headers = {}) =>
    sendOverTls<{ accessToken: string }>(origin + path, {
      method,
      headers,
      ca: ca.cert,
      cert: client.cert,
      key: client.key,
    })
  const { status, body } = await send(tokenAddress, 'POST')
  expect(status).toBe(200)
  expect((await send('/mine', 'GET', { authorization: `Bearer ${body.accessToken}` })).status).toBe(200)
})

test('the certificate of the proxy itself is nobody’s, even where it would be somebody’s', async () => {
  const { latchkey, ca } = await startBehind('client-cert', { trustedProxies: ['127.0.0.1', '::1'] })
  const origin = serve(
    createTlsServer(
      { ...serverCredential(ca), requestCert: true, rejectUnauthorized: false },
      embedded(latchkey),
    ),
  )
  const proxy = ca.issue('CN=builder')
  const answer = await sendOverTls(origin + tokenAddress, {
    method: 'POST',
    ca: ca.cert,
    cert: proxy.cert,
    key: proxy.key,
  })
  expect(answer.code).toBe('client_certificate_needed')
})

test('a bound token is nothing on plain HTTP', async () => {
  const { latchkey, ca, proxy } = await startBehind('client-cert')
  const shown = { 'client-cert': written['client-cert'](ca.issue('CN=builder')) }
  const { accessToken } = (await proxy.exchange(shown)).body
  const server = createServer(embedded(latchkey))
  serve(server)
  const port = portOf(server)
  const headers = { authorization: `Bearer ${accessToken}`, ...shown }
  for (const path of ['/mine', '/api/admin/service-accounts'])
    expect((await fetch(`http://localhost:${port}${path}`, { headers })).status).toBe(401)
})

test('nothing but the reading of certificates sees such a header, whoever wrote it', () => {
  const headers = Object.fromEntries(Object.keys(written).map((name) => [name, 'x']))
  const sent: Record<string, string> = { ...headers, accept: 'y' }
  const header = (name: string) => sent[name] ?? null
  const { signal } = new AbortController()
  const readBody = () => Promise.resolve(new Uint8Array())
  const rest = { remoteAddress: '10.1.2.3', signal, isGone: () => false, readBody }
  const context = createRequestContext(
    { method: 'GET', target: '/', header, ...rest },
    { isTrustedProxy: () => true, certificateProxies: null, requestId: () => 'req' },
  )
  expect(Object.keys(written).map(context.header)).toEqual([null, null, null])
  expect(context.header('accept')).toBe('y')
  expect(context.certificate).toBeUndefined()
})
