import { AuthError } from '../auth-error.ts'
import { type Instant, type Milliseconds, type SessionId, toSeconds, type UserId } from '@latchkey/contract'
import { algorithms } from '../keys/algorithms.ts'
import type { SigningKey, SigningKeys } from '../keys/signing-keys.ts'
import type { Ports } from '../ports/ports.ts'
import { fingerprint, type RevocationLog } from '../revocations/log.ts'
import { type ParsedJws, parseJws } from './jws.ts'

/**
 * The claims of an access token (RFC 9068 §2.2); times in seconds since the epoch. A machine's token belongs to no
 * session: it has none of the claims of {@link SessionClaims}.
 */
export interface AccessClaims extends Partial<OfSession> {
  iss: string
  /** For machines that stand for nobody the id of their service account. */
  sub: UserId
  aud: string
  client_id: string
  exp: number
  iat: number
  jti: string
  scope?: string
  roles?: string[]
  permissions?: string[]
}

/** What a token says of a person's sign-in (RFC 9068 §2.2.1). */
interface OfSession {
  /** The session it belongs to. */
  sid: SessionId
  auth_time: number
  /** RFC 8176. */
  amr: string[]
  /** `aal1` to `aal3` (NIST SP 800-63B). */
  acr: string
  /** Rises with step-up, password change and role change; older ones are refused. */
  epoch: number
}

/** The claims of a person who has signed in. */
export type SessionClaims = AccessClaims & OfSession

/** What an access token says of its bearer, apart from what the server adds. */
export type AccessGrant = Pick<AccessClaims, 'sub' | 'client_id' | 'scope' | keyof OfSession> & {
  roles: string[]
  permissions: string[]
}

export interface AccessTokens {
  ttl: Milliseconds
  /** `lifetime`, where it is to be shorter than {@link ttl}. */
  issue(grant: AccessGrant, lifetime?: Milliseconds): string
  /**
   * Throws AuthError `invalid_token`, `token_expired` or `token_revoked`, and `unavailable` when the revocation log has
   * been out of reach for too long.
   */
  verify(token: string): AccessClaims
  /** As `verify`, but an expired or revoked token still says whose it was: for logging out. Null if never ours. */
  identify(token: string): AccessClaims | null
}

export const hasSession = (claims: AccessClaims): claims is SessionClaims => claims.sid !== undefined

/** The client of those who sign in at Latchkey itself; RFC 9068 requires a `client_id`. */
export const firstPartyClient = 'first-party'

const typ = 'at+jwt'
/** Verified tokens that are kept, so that a request costs a look-up instead of a signature check. */
const mostCached = 20_000

interface Verified {
  claims: AccessClaims
  kid: string
  fingerprints: string[]
  /** Version of the revocation log at which it was last found alive. */
  version: number
}

export interface AccessTokensOptions {
  keys: SigningKeys
  revocations: RevocationLog
  ports: Ports
  issuer: string
  audience: string
  ttl: Milliseconds
}

export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { keys, revocations, ports, issuer, audience, ttl } = options
  const cache = new Map<string, Verified>()
  const headers = new WeakMap<SigningKey, string>()

  return { ttl, issue, verify, identify }

  function issue(grant: AccessGrant, lifetime = ttl): string {
    const signer = keys.signer()
    const iat = toSeconds(ports.now())
    const { roles, permissions, ...rest } = grant
    const claims: AccessClaims = {
      iss: issuer,
      aud: audience,
      iat,
      exp: iat + toSeconds(lifetime),
      jti: Buffer.from(ports.randomBytes(12)).toString('base64url'),
      ...rest,
      ...(roles.length > 0 && { roles }),
      ...(permissions.length > 0 && { permissions }),
    }
    const input = `${headerOf(signer)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    const signature = algorithms[signer.algorithm].sign(Buffer.from(input), signer.key)
    return `${input}.${signature.toString('base64url')}`
  }

  function headerOf(signer: SigningKey): string {
    let header = headers.get(signer)
    if (!header) {
      header = Buffer.from(JSON.stringify({ alg: signer.algorithm, typ, kid: signer.kid })).toString(
        'base64url',
      )
      headers.set(signer, header)
    }
    return header
  }

  function verify(token: string): AccessClaims {
    // Who cannot know what was revoked must not say that nothing was.
    if (revocations.isStale()) throw new AuthError('unavailable', { retryAfter: 1 })
    const verified = cache.get(token) ?? remember(token, check(token))
    if (isExpired(verified.claims, ports.now())) {
      cache.delete(token)
      throw new AuthError('token_expired')
    }
    if (verified.version !== revocations.version()) {
      if (revocations.isRevoked(verified.fingerprints) || !keys.find(verified.kid)) {
        cache.delete(token)
        throw new AuthError('token_revoked')
      }
      verified.version = revocations.version()
    }
    return verified.claims
  }

  function identify(token: string): AccessClaims | null {
    try {
      return check(token).claims
    } catch {
      return null
    }
  }

  function remember(token: string, verified: Verified): Verified {
    if (cache.size >= mostCached) cache.delete(cache.keys().next().value as string)
    cache.set(token, verified)
    return verified
  }

  /** Everything but time and revocation, which are looked at on every use. */
  function check(token: string): Verified {
    const jws = parseJws(token)
    const key = jws && keys.find(jws.header.kid)
    // The algorithm is the key's, not the token's (RFC 8725 §3.1); the type keeps other tokens out (§3.11).
    if (!jws || !key || jws.header.alg !== key.algorithm || jws.header.typ !== typ)
      throw new AuthError('invalid_token')
    if (!algorithms[key.algorithm].verify(jws.signingInput, key.verifier, jws.signature)) {
      throw new AuthError('invalid_token')
    }
    const claims = claimsOf(jws)
    if (!claims || claims.iss !== issuer || claims.aud !== audience) throw new AuthError('invalid_token')
    return { claims, kid: key.kid, fingerprints: fingerprintsOf(claims, key.kid), version: -1 }
  }
}

const isExpired = ({ exp }: AccessClaims, now: Instant): boolean => exp * 1000 <= now

/** Everything whose revocation ends this token. */
function fingerprintsOf(claims: AccessClaims, kid: string): string[] {
  const { sub, client_id } = claims
  const common = [
    fingerprint({ kind: 'user', subject: sub }),
    fingerprint({ kind: 'client', subject: client_id }),
    fingerprint({ kind: 'key', subject: kid }),
  ]
  if (!hasSession(claims)) return common
  const { sid, epoch } = claims
  return [
    fingerprint({ kind: 'session', subject: sid }),
    fingerprint({ kind: 'epoch', subject: `${sid}:${epoch}` }),
    ...common,
  ]
}

const ofSession = ['sid', 'auth_time', 'amr', 'acr', 'epoch'] satisfies (keyof OfSession)[]

function claimsOf({ payload }: ParsedJws): AccessClaims | null {
  // All that a session says, or nothing of it: half a session is nobody's.
  const isOfSession = ofSession.some((name) => name in payload)
  const strings = ['iss', 'sub', 'aud', 'client_id', 'jti', ...(isOfSession ? ['sid', 'acr'] : [])]
  const numbers = ['exp', 'iat', ...(isOfSession ? ['auth_time', 'epoch'] : [])]
  const lists = [
    ...(isOfSession ? ['amr'] : []),
    ...['roles', 'permissions'].filter((name) => name in payload),
  ]
  const rightTypes =
    strings.every((name) => typeof payload[name] === 'string') &&
    numbers.every((name) => Number.isSafeInteger(payload[name])) &&
    lists.every((name) => isStrings(payload[name])) &&
    (payload.scope === undefined || typeof payload.scope === 'string')
  return rightTypes ? (payload as unknown as AccessClaims) : null
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
