import { type Key, verifySignature } from './crypto.ts'
import type { Algorithm } from './algorithms.ts'
import { type AccessTokenClaims, type Claims, freeze, readAccessTokenClaims } from './claims.ts'
import { type Fingerprint, fingerprintsOf, type RevocationKind } from './fingerprint.ts'
import { type Jws, parseJws } from './jws.ts'
import { createTokenCache } from './token-cache.ts'
import { VerifyError } from './verify-error.ts'

/** A key of the issuer with the one algorithm it serves (RFC 8725 §3.1). */
export interface VerificationKey {
  kid: string
  algorithm: Algorithm
  key: Key
}

/** The source of keys: the issuer's JWK set, or the server's own. */
export interface KeySource {
  /** Null for a key that the issuer does not publish. Throws VerifyError `keys_unavailable`. */
  find(kid: string): VerificationKey | null | Promise<VerificationKey | null>
}

/** The source of revocations: the issuer's feed, or the server's own log. */
export interface RevocationSource {
  /** 0 while nothing is revoked; rises with every revocation, and then what was looked up must be looked up again. */
  version(): number
  /** Kinds of which there is something: others need not be looked up. */
  kinds(): Iterable<RevocationKind>
  /** `issuedAt` in seconds since the epoch, as `iat`: some entries end only what was issued before them. */
  isRevoked(fingerprints: readonly Fingerprint[], issuedAt: number): boolean
}

/** True if a token with these claims is revoked. */
export async function isRevoked(
  revocations: RevocationSource,
  claims: Claims,
  { kid, issuedAt = claims.iat ?? 0 }: { kid?: string; issuedAt?: number } = {},
): Promise<boolean> {
  return revocations.isRevoked(await fingerprintsOf(revocations.kinds(), claims, kid), issuedAt)
}

export interface AccessTokenCheckOptions {
  issuer: string
  /** One of them must be in `aud`. */
  audiences: readonly string[]
  algorithms: readonly Algorithm[]
  keys: KeySource
  /** Null if revocation is not checked here. */
  revocations: RevocationSource | null
  /** Milliseconds that clocks may differ by. */
  clockTolerance: number
  now: () => number
  /** Verified tokens that are kept, so that a request costs a look-up instead of a signature check. */
  cachedTokens: number
}

/** Checks access tokens (RFC 9068 §4) against keys and revocations, wherever these come from. */
export interface AccessTokenCheck {
  /**
   * Rejects with VerifyError `malformed`, `wrong_type`, `unsupported_algorithm`, `unknown_key`, `bad_signature`,
   * `wrong_issuer`, `wrong_audience`, `expired`, `not_yet_valid`, `revoked`, `keys_unavailable`.
   */
  verify(token: string): Promise<Readonly<AccessTokenClaims>>
  /**
   * Returns the claims of a token that was valid before and still is, without waiting; null if {@link verify} must
   * check it.
   */
  recall(token: string): Readonly<AccessTokenClaims> | null
  /** The claims of a token that was ours, even if it has expired or was revoked; null otherwise. */
  identify(token: string): Promise<Readonly<AccessTokenClaims> | null>
  /** Forgets what it has verified: a key has gone. */
  forget(): void
  size(): number
}

interface Verified {
  claims: Readonly<AccessTokenClaims>
  kid: string
  /** That of the revocations when it was last found alive. */
  version: number
}

const types = new Set(['at+jwt', 'application/at+jwt'])

export function createAccessTokenCheck(options: AccessTokenCheckOptions): AccessTokenCheck {
  const { issuer, audiences, algorithms, keys, revocations, clockTolerance, now } = options
  const cache = createTokenCache<Verified>(options.cachedTokens)

  return { verify, recall, identify, forget: cache.clear, size: cache.size }

  async function verify(token: string): Promise<Readonly<AccessTokenClaims>> {
    const known = cache.get(token)
    const verified = known ?? (await check(token))
    checkTime(verified.claims, token)
    if (revocations && verified.version !== revocations.version())
      await checkRevocation(revocations, verified, token)
    if (!known) cache.set(token, verified)
    return verified.claims
  }

  function recall(token: string): Readonly<AccessTokenClaims> | null {
    const verified = cache.get(token)
    const isGood =
      verified !== undefined &&
      !isExpired(verified.claims) &&
      !isAhead(verified.claims) &&
      (revocations === null || verified.version === revocations.version())
    return isGood ? verified.claims : null
  }

  async function identify(token: string): Promise<Readonly<AccessTokenClaims> | null> {
    try {
      return (await check(token)).claims
    } catch {
      return null
    }
  }

  /** Everything but time and revocation, which are looked at on every use. */
  async function check(token: string): Promise<Verified> {
    const jws = parseJws(token)
    if (!jws) throw new VerifyError('malformed')
    const { kid, alg } = readHeader(jws)
    const found = await keys.find(kid)
    if (!found) throw new VerifyError('unknown_key')
    // The algorithm is the key's, not the token's.
    if (found.algorithm !== alg) throw new VerifyError('unsupported_algorithm')
    if (!(await verifySignature(found.algorithm, found.key, jws.signingInput, jws.signature)))
      throw new VerifyError('bad_signature')
    const claims = readAccessTokenClaims(jws.payload)
    if (!claims) throw new VerifyError('malformed')
    if (claims.iss !== issuer) throw new VerifyError('wrong_issuer')
    if (!isForUs(claims.aud)) throw new VerifyError('wrong_audience')
    return { claims: freeze(claims), kid, version: 0 }
  }

  /** RFC 8725 §3: no key comes out of the token (jwk, jku, x5u, x5c), no member is unknown, `crit` among them. */
  function readHeader({ header }: Jws): { kid: string; alg: Algorithm } {
    const { alg, typ, kid } = header
    if (Object.keys(header).length !== 3 || typeof kid !== 'string') throw new VerifyError('malformed')
    // RFC 9068 §4, RFC 8725 §3.11: no other kind of token passes.
    if (typeof typ !== 'string' || !types.has(typ.toLowerCase())) throw new VerifyError('wrong_type')
    if (!algorithms.includes(alg as Algorithm)) throw new VerifyError('unsupported_algorithm')
    return { kid, alg: alg as Algorithm }
  }

  function isForUs(aud: string | string[]): boolean {
    return typeof aud === 'string' ? audiences.includes(aud) : aud.some((each) => audiences.includes(each))
  }

  function checkTime(claims: AccessTokenClaims, token: string): void {
    if (isExpired(claims)) {
      cache.delete(token)
      throw new VerifyError('expired')
    }
    if (isAhead(claims)) throw new VerifyError('not_yet_valid')
  }

  function isExpired({ exp }: AccessTokenClaims): boolean {
    return exp * 1000 + clockTolerance <= now()
  }

  /** `iat` is not held against the clock: a server whose clock is ahead would have its tokens refused for nothing. */
  function isAhead({ nbf }: AccessTokenClaims): boolean {
    return nbf !== undefined && nbf * 1000 > now() + clockTolerance
  }

  async function checkRevocation(source: RevocationSource, verified: Verified, token: string): Promise<void> {
    const version = source.version()
    if (await isRevoked(source, verified.claims, verified)) {
      cache.delete(token)
      throw new VerifyError('revoked')
    }
    verified.version = version
  }
}
