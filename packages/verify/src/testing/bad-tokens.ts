import { createHmac, randomBytes } from 'node:crypto'
import type { AccessTokenClaims } from '../token/claims.ts'
import type { VerifyErrorCode } from '../token/verify-error.ts'
import { randomApiKey } from './random-api-key.ts'
import { compactJws, type SigningKey, signWith } from './signing-key.ts'

/** The material of bad tokens. */
export interface Workshop<Input> {
  /** The claims of a good token. */
  claims(input: Input): AccessTokenClaims
  /** Signs as good tokens are signed. */
  sign(claims: AccessTokenClaims, header?: { typ?: string }): string
  current(): SigningKey
  /** A key of the same algorithm, never published. */
  stranger: SigningKey
  /** Its revocation is in the feed from the beginning: no verifier has to learn of it first. */
  revokedSession: string
}

type Make = <Input>(workshop: Workshop<Input>, input: Input) => string

/** Beyond every clock tolerance that a verifier may have. */
const farOff = 600

/** One for every refusal; null where it is not the token's doing. */
const makers = {
  missing: () => '',
  // RFC 7519 §6: an unsecured JWT.
  malformed: ({ claims }, input) =>
    compactJws({ alg: 'none', typ: 'at+jwt' }, { ...claims(input) }, () => new Uint8Array()),
  // The public key as a shared secret (RFC 8725 §2.1).
  unsupported_algorithm({ claims, current }, input) {
    const { kid, publicKey } = current()
    const secret = publicKey.export({ format: 'pem', type: 'spki' })
    return compactJws({ alg: 'HS256', typ: 'at+jwt', kid }, { ...claims(input) }, (text) =>
      createHmac('sha256', secret).update(text).digest(),
    )
  },
  // As an ID token has it.
  wrong_type: ({ claims, sign }, input) => sign(claims(input), { typ: 'JWT' }),
  unknown_key: ({ claims, stranger }, input) => signed(claims(input), stranger, stranger.kid),
  bad_signature: ({ claims, stranger, current }, input) => signed(claims(input), stranger, current().kid),
  wrong_issuer: ({ claims, sign }, input) =>
    sign({ ...claims(input), iss: 'https://another-issuer.example' }),
  wrong_audience: ({ claims, sign }, input) =>
    sign({ ...claims(input), aud: 'https://another-service.example' }),
  expired({ claims, sign }, input) {
    const good = claims(input)
    return sign({ ...good, iat: good.iat - 2 * farOff, exp: good.iat - farOff })
  },
  not_yet_valid({ claims, sign }, input) {
    const good = claims(input)
    return sign({ ...good, nbf: good.iat + farOff, exp: good.iat + 2 * farOff })
  },
  revoked: ({ claims, sign, revokedSession }, input) => sign({ ...claims(input), sid: revokedSession }),
  // An API key that was never issued; a verifier without a credential calls it malformed.
  inactive: () => randomApiKey(),
  // Bound to a key that is not here.
  proof_missing: ({ claims, sign }, input) =>
    sign({ ...claims(input), cnf: { jkt: randomBytes(32).toString('base64url') } }),
  wrong_certificate: ({ claims, sign }, input) =>
    sign({ ...claims(input), cnf: { 'x5t#S256': randomBytes(32).toString('base64url') } }),
  // A matter of the proof beside the token: `issuer.dpopKey()` makes wrong ones.
  proof_invalid: null,
  // The issuer's silence: `issuer.silence()`.
  revocation_unknown: null,
  keys_unavailable: null,
  introspection_failed: null,
} as const satisfies Record<VerifyErrorCode, Make | null>

/** The refusal that a token is made for. */
export type BadToken = {
  [Code in VerifyErrorCode]: (typeof makers)[Code] extends null ? never : Code
}[VerifyErrorCode]

export const badTokens = Object.keys(makers).filter(
  (code) => makers[code as VerifyErrorCode] !== null,
) as BadToken[]

/** Throws TypeError for a refusal that no token alone can cause. */
export function makeBadToken<Input>(code: BadToken, workshop: Workshop<Input>, input: Input): string {
  if (!badTokens.includes(code))
    throw new TypeError(`token.bad: ${code} is none of ${badTokens.join(', ')}. See docs/testing.md.`)
  const make: Make = makers[code]
  return make(workshop, input)
}

const signed = (claims: AccessTokenClaims, key: SigningKey, kid: string): string =>
  compactJws({ alg: key.algorithm, typ: 'at+jwt', kid }, { ...claims }, signWith(key))
