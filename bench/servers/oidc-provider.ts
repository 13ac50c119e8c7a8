// oidc-provider with one public client, rotating refresh tokens, ES256 JWT access tokens (which it does not store) and
// no ID token: the least work it can do for what the others answer.

import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { openAdapter } from './oidc-provider-adapter.ts'

const port = Number(process.env['PORT'])
const api = 'https://api.example.com'
const thirtyDays = 30 * 24 * 60 * 60
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: await openAdapter(process.env['DATABASE_URL'] ?? ''),
  clients: [
    {
      client_id: 'bench',
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://client.example.com/callback'],
    },
  ],
  cookies: { keys: ['a-cookie-key-of-the-benchmark'] },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'read',
        audience: api,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'bench' }] },
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access', 'read'],
  ttl: { AccessToken: 900, RefreshToken: thirtyDays, Grant: thirtyDays },
})
provider.on('server_error', (_, error) => console.error(error))

const handle = provider.callback()
createServer((request, response) => {
  if (request.url === '/livez') response.end('{}')
  else if (request.url === '/grant') void grant().then((token) => response.end(token))
  else handle(request, response)
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))

/** Writes what the end of the authorization code flow writes: a grant and its first refresh token. */
async function grant(): Promise<string> {
  const accountId = 'somebody'
  const client = await provider.Client.find('bench')
  const granted = new provider.Grant({ accountId, clientId: 'bench' })
  granted.addOIDCScope('offline_access')
  granted.addResourceScope(api, 'read')
  const grantId = await granted.save()
  const shared = { accountId, client, grantId, gty: 'authorization_code', scope: 'offline_access read' }
  return new provider.RefreshToken({ ...shared, resource: api, rotations: 0 }).save()
}
