import { type Key, verifySignature } from './crypto.ts'
import type { Algorithm } from './algorithms.ts'
import { type AccessTokenClaims, freeze, readAccessTokenClaims } from './claims.ts'
import { type Fingerprint, fingerprintsOf } from './fingerprint.ts'
import { type Jws, parseJws } from './jws.ts'
import { createTokenCache } from './token-cache.ts'
import { VerifyError } from './verify-error.ts'

/** A key of the issuer with the one algorithm it serves (RFC 8725 §3.1). */
export interface VerificationKey {
  kid: string
  algorithm: Algorithm
  key: Key
}

/** Where keys come from: the issuer's JWK set, or the server's own. */
export interface KeySource {
  /** Null for a key that the issuer does not publish. Throws VerifyError `keys_unavailable`. */
  find(kid: string): VerificationKey | null | Promise<VerificationKey | null>
}

/** Where revocations come from: the issuer's feed, or the server's own log. */
export interface RevocationSource {
  /** 0 while nothing is revoked; rises with every revocation, and then what was looked up must be looked up again. */
  version(): number
  isRevoked(fingerprints: readonly Fingerprint[]): boolean
}

export interface AccessTokenCheckOptions {
  issuer: string
  /** One of them must be in `aud`. */
  audiences: readonly string[]
  algorithms: readonly Algorithm[]
  keys: KeySource
  /** Null: nobody says here what is revoked. */
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
  /** The claims of a token that was ours, even if it has expired or was revoked; null otherwise. */
  identify(token: string): Promise<Readonly<AccessTokenClaims> | null>
  /** Forgets what it has verified: a key has gone. */
  forget(): void
  size(): number
}

interface Verified {
  claims: Readonly<AccessTokenClaims>
  kid: string
  fingerprints: Fingerprint[] | null
  /** That of the revocations when it was last found alive. */
  version: number
}

const types = new Set(['at+jwt', 'application/at+jwt'])

export function createAccessTokenCheck(options: AccessTokenCheckOptions): AccessTokenCheck {
  const { issuer, audiences, algorithms, keys, revocations, clockTolerance, now } = options
  const cache = createTokenCache<Verified>(options.cachedTokens)
  const underWay = new Map<string, Promise<Verified>>()

  return { verify, identify, forget: cache.clear, size: cache.size }

  async function verify(token: string): Promise<Readonly<AccessTokenClaims>> {
    const verified = cache.get(token) ?? (await checkOnce(token))
    checkTime(verified.claims, token)
    if (revocations && verified.version !== revocations.version()) await checkRevocation(verified, token)
    return verified.claims
  }

  async function identify(token: string): Promise<Readonly<AccessTokenClaims> | null> {
    try {
      return (await check(token)).claims
    } catch {
      return null
    }
  }

  /** Those who bring the same token at the same time wait for one check. */
  async function checkOnce(token: string): Promise<Verified> {
    const pending = underWay.get(token)
    if (pending) return await pending
    const checking = check(token)
    underWay.set(token, checking)
    try {
      const verified = await checking
      cache.set(token, verified)
      return verified
    } finally {
      underWay.delete(token)
    }
  }

  /** Everything but time and revocation, which are looked at on every use. */
  async function check(token: string): Promise<Verified> {
    const jws = parseJws(token)
    if (!jws) throw new VerifyError('malformed')
    const { kid, algorithm, key } = await keyOf(jws)
    if (!(await verifySignature(algorithm, key, jws.signingInput, jws.signature)))
      throw new VerifyError('bad_signature')
    const claims = readAccessTokenClaims(jws.payload)
    if (!claims) throw new VerifyError('malformed')
    if (claims.iss !== issuer) throw new VerifyError('wrong_issuer')
    if (!isForUs(claims.aud)) throw new VerifyError('wrong_audience')
    return { claims: freeze(claims), kid, fingerprints: null, version: 0 }
  }

  /** RFC 8725 §3: no key comes out of the token (jwk, jku, x5u, x5c), no member is unknown, `crit` among them. */
  async function keyOf({ header }: Jws): Promise<VerificationKey> {
    const { alg, typ, kid } = header
    if (Object.keys(header).length !== 3 || typeof kid !== 'string') throw new VerifyError('malformed')
    // RFC 9068 §4, RFC 8725 §3.11: no other kind of token passes.
    if (typeof typ !== 'string' || !types.has(typ.toLowerCase())) throw new VerifyError('wrong_type')
    if (!algorithms.includes(alg as Algorithm)) throw new VerifyError('unsupported_algorithm')
    const key = await keys.find(kid)
    if (!key) throw new VerifyError('unknown_key')
    // The algorithm is the key's, not the token's.
    if (key.algorithm !== alg) throw new VerifyError('unsupported_algorithm')
    return key
  }

  function isForUs(aud: string | string[]): boolean {
    return typeof aud === 'string' ? audiences.includes(aud) : aud.some((each) => audiences.includes(each))
  }

  function checkTime({ exp, nbf }: AccessTokenClaims, token: string): void {
    const time = now()
    if (exp * 1000 + clockTolerance <= time) {
      cache.delete(token)
      throw new VerifyError('expired')
    }
    // `iat` is not held against the clock: a server whose clock is ahead would have its tokens refused for nothing.
    if (nbf !== undefined && nbf * 1000 > time + clockTolerance) throw new VerifyError('not_yet_valid')
  }

  async function checkRevocation(verified: Verified, token: string): Promise<void> {
    verified.fingerprints ??= await fingerprintsOf(verified.claims, verified.kid)
    const version = revocations!.version()
    if (revocations!.isRevoked(verified.fingerprints)) {
      cache.delete(token)
      throw new VerifyError('revoked')
    }
    verified.version = version
  }
}
