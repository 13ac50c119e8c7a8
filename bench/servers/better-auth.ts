// better-auth with e-mail and password and the jwt plugin, after its documentation for production; the rate limiter is
// off, as all traffic comes from one address. OAUTH=1 adds its OAuth provider with one trusted public client.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth, type BetterAuthOptions, type BetterAuthPlugin } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins/jwt'
import { Pool } from 'pg'
import { openSqlite } from './sqlite.ts'

const port = Number(process.env['PORT'])
const url = process.env['DATABASE_URL'] ?? ''
const clientId = 'bench'
const api = 'https://api.example.com'

const provider = oauthProvider({
  loginPage: '/sign-in',
  consentPage: '/consent',
  scopes: ['openid', 'offline_access', 'read'],
  resources: [api],
  enforcePerClientResources: false,
  cachedResources: new Set([api]),
  generateClientId: () => clientId,
  cachedTrustedClients: new Set([clientId]),
})

// The cast: its types do not hold under exactOptionalPropertyTypes.
const options: BetterAuthOptions = {
  secret: 'a-secret-of-the-benchmark-that-is-long-enough',
  baseURL: `http://127.0.0.1:${port}`,
  database: url.startsWith('sqlite:') ? openSqlite(url) : new Pool({ connectionString: url, max: 10 }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
    ...(process.env['OAUTH'] === '1' ? [provider as unknown as BetterAuthPlugin] : []),
  ],
}

await (await getMigrations(options)).runMigrations()
const auth = betterAuth(options)
const handle = toNodeHandler(auth)

createServer((request, response) => {
  if (request.url === '/livez') response.end('{}')
  else if (request.url === '/client') void answerClient(request, response)
  else void handle(request, response)
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))

/** Registers, in the name of whoever is signed in, a client that needs neither a secret nor consent. */
async function answerClient(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { adminCreateOAuthClient } = auth.api as unknown as typeof provider.endpoints
  const body = {
    redirect_uris: ['https://client.example.com/callback'],
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code' as const, 'refresh_token' as const],
    skip_consent: true,
    scope: 'offline_access read',
    application_type: 'web' as const,
  }
  const client = await adminCreateOAuthClient({ body, headers: fromNodeHeaders(request.headers) })
  response.end(client.client_id)
}
