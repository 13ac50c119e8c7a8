import { createPublicKey } from 'node:crypto'
import library, { type JwtPayload } from 'jsonwebtoken'
import type { Verifier } from './verifier.ts'

/** It remembers no tokens, looks at no type, and knows no EdDSA. The key is parsed once, which it does not do by itself. */
export const jsonwebtoken: Verifier = {
  name: 'jsonwebtoken',
  algorithms: ['ES256', 'RS256', 'HS256'],
  open({ url, audience, algorithm, key }) {
    const verifier = algorithm === 'HS256' ? Buffer.from(key, 'base64') : createPublicKey(key)
    const checks = { issuer: url, audience, algorithms: [algorithm as 'ES256' | 'RS256' | 'HS256'] }
    return Promise.resolve({
      verify: (token: string) => library.verify(token, verifier, checks) as JwtPayload,
    })
  },
}
