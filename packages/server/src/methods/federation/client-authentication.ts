import { createPrivateKey, sign } from 'node:crypto'
import { toSeconds } from '@latchkey/contract'
import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None } from 'oauth4webapi'
import type { Ports } from '../../core/ports/ports.ts'
import type { ClientAuthentication } from './providers.ts'

/** Returns the client authentication of this server at the token endpoint. */
export function clientAuthOf(authentication: ClientAuthentication, ports: Ports): ClientAuth {
  switch (authentication.kind) {
    case 'post':
      return ClientSecretPost(authentication.secret)
    case 'basic':
      return ClientSecretBasic(authentication.secret)
    case 'none':
      return None()
    case 'apple':
      return (_, client, body) => {
        body.set('client_id', client.client_id)
        body.set('client_secret', signAppleSecret(authentication, client.client_id, ports))
      }
  }
}

/** Apple allows up to six months; each secret is made for one use and need not live longer. */
const secretTtl = 300

/** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret */
function signAppleSecret(
  { teamId, keyId, privateKey }: Extract<ClientAuthentication, { kind: 'apple' }>,
  clientId: string,
  ports: Ports,
): string {
  const now = toSeconds(ports.now())
  const claims = {
    iss: teamId,
    iat: now,
    exp: now + secretTtl,
    aud: 'https://appleid.apple.com',
    sub: clientId,
  }
  const input = [{ alg: 'ES256', kid: keyId }, claims].map(encode).join('.')
  const key = createPrivateKey(privateKey)
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
