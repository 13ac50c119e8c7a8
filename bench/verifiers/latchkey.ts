import { createSecretKey } from 'node:crypto'
import { createVerifier } from '@latchkey/verify'
import { createAccessTokenCheck, createRevocationSet } from '@latchkey/verify/core'
import { algorithms, type IssuerFacts } from '../harness/token-issuer.ts'
import type { OpenVerifier, Verifier } from './verifier.ts'

/**
 * `createVerifier` as it comes: keys and revocation feed from the issuer. With HS256 only a Latchkey server verifies tokens,
 * by the core of the same package, which is what is measured then.
 */
export const latchkey: Verifier = {
  name: 'latchkey',
  algorithms,
  open: (issuer) => (issuer.algorithm === 'HS256' ? openCore(issuer) : openVerifier(issuer)),
}

async function openVerifier({ url, audience }: IssuerFacts): Promise<OpenVerifier> {
  const verifier = createVerifier({ issuer: url, audience, mode: 'local+feed' })
  await verifier.ready()
  return {
    async verify(token) {
      const verdict = await verifier.verify(token)
      if (!verdict.ok || !verdict.revocationChecked) throw new Error('not verified')
      return verdict.claims
    },
    close: () => verifier.close(),
  }
}

function openCore({ url, audience, kid, key }: IssuerFacts): Promise<OpenVerifier> {
  const secret = createSecretKey(Buffer.from(key, 'base64'))
  const revoked = createRevocationSet(Date.now)
  return Promise.resolve(
    createAccessTokenCheck({
      issuer: url,
      audiences: [audience],
      algorithms: ['HS256'],
      keys: { find: (name) => (name === kid ? { kid, algorithm: 'HS256', key: secret } : null) },
      revocations: {
        version: () => 1,
        kinds: () => ['session'],
        isRevoked: (fingerprints) => fingerprints.some(revoked.has),
      },
      clockTolerance: 5000,
      now: Date.now,
      cachedTokens: 20_000,
    }),
  )
}
