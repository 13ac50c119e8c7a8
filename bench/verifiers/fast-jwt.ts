import { createVerifier } from 'fast-jwt'
import { algorithms, type IssuerFacts } from '../harness/token-issuer.ts'
import type { Claims, OpenVerifier, Verifier } from './verifier.ts'

/** Without its cache, which is how it comes. */
export const fastJwt: Verifier = { name: 'fast-jwt', algorithms, open: (issuer) => open(issuer, false) }

/** With room for as many tokens as Latchkey's verifier keeps. */
export const fastJwtCached: Verifier = {
  name: 'fast-jwt with cache',
  algorithms,
  open: (issuer) => open(issuer, 20_000),
}

function open({ url, audience, algorithm, key }: IssuerFacts, cache: number | false): Promise<OpenVerifier> {
  const verify = createVerifier({
    key: algorithm === 'HS256' ? Buffer.from(key, 'base64') : key,
    algorithms: [algorithm],
    allowedIss: url,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    cache,
  })
  return Promise.resolve({ verify: (token: string) => verify(token) as Claims })
}
