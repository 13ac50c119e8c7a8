// An issuer of OpenID Connect that others have written, with a page to sign in on, in a process of its own: whoever
// types `ada` there is ada. Says where it listens on its first line.

import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { Provider } from 'oidc-provider'
import { must } from './must.ts'
import { portOf } from './listen.ts'

const { clientId, clientSecret, redirectUri } = JSON.parse(must(process.argv[2])) as Record<string, string>
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

let answer: RequestListener = (_, response) => void response.writeHead(503).end()
const server = createServer((request, response) => answer(request, response))
server.listen(0, 'localhost', () => {
  const port = portOf(server)
  const issuer = `http://localhost:${port}`
  answer = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: ['a-cookie-key-of-the-tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'one' }] },
    ttl: { AccessToken: 60, Grant: 600, IdToken: 60, Interaction: 600, RefreshToken: 600, Session: 600 },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        email: `${accountId}@example.com`,
        email_verified: true,
        name: accountId,
      }),
    }),
  }).callback()
  process.stdout.write(`${issuer}\n`)
})
