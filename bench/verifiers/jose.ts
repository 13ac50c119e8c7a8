import { createRemoteJWKSet, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { algorithms } from '../harness/token-issuer.ts'
import type { Verifier } from './verifier.ts'

/** With the key set from the issuer. It remembers no tokens. */
export const jose: Verifier = {
  name: 'jose',
  algorithms,
  async open({ url, audience, algorithm, key }) {
    const checks: JWTVerifyOptions = { issuer: url, audience, typ: 'at+jwt', algorithms: [algorithm] }
    if (algorithm === 'HS256') {
      const hmac = { name: 'HMAC', hash: 'SHA-256' }
      const secret = await crypto.subtle.importKey('raw', Buffer.from(key, 'base64'), hmac, false, ['verify'])
      return {
        verify: async (token): Promise<JWTPayload> => (await jwtVerify(token, secret, checks)).payload,
      }
    }
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', url))
    await keys.reload()
    return { verify: async (token): Promise<JWTPayload> => (await jwtVerify(token, keys, checks)).payload }
  },
}
