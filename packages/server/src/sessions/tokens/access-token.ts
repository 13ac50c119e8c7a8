import { hash } from 'node:crypto'
import { AuthError } from '../../core/auth-error.ts'
import { type Milliseconds, minutes, type SessionId, toSeconds, type UserId } from '@latchkey/contract'
import {
  allAlgorithms,
  type Confirmation,
  createAccessTokenCheck,
  VerifyError,
  type VerificationKey,
} from '@latchkey/verify/core'
import { algorithms } from '../../core/signing-keys/algorithms.ts'
import type { SigningKey } from '../../core/signing-keys/signing-key-needs.ts'
import type { SigningKeys } from '../../core/signing-keys/signing-keys.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'

/**
 * The claims of an access token (RFC 9068 §2.2); times in seconds since the epoch. A machine's token belongs to no
 * session: it has none of the claims of {@link SessionClaims}.
 */
export interface AccessClaims extends Partial<OfSession> {
  iss: string
  /** The user; the service account's id for a machine of its own. */
  sub: UserId
  aud: string
  client_id: string
  exp: number
  iat: number
  jti: string
  scope?: string
  roles?: string[]
  permissions?: string[]
  /** The key or certificate that the token is bound to (RFC 9449 §6.1, RFC 8705 §3.1). */
  cnf?: Confirmation
}

/** Claims about a person's sign-in (RFC 9068 §2.2.1). */
interface OfSession {
  /** The session it belongs to. */
  sid: SessionId
  auth_time: number
  /** RFC 8176. */
  amr: string[]
  /** `aal1` to `aal3` (NIST SP 800-63B). */
  acr: string
  /** Rises with step-up, password change and role change, of a service account with each disabling; older ones are refused. */
  epoch: number
}

/** The claims of a person who has signed in. */
export type SessionClaims = AccessClaims & OfSession

/** Claims of the token's subject, apart from those that the server adds. */
export type TokenClaims = Pick<AccessClaims, 'sub' | 'client_id' | 'scope' | 'cnf' | keyof OfSession> & {
  roles: string[]
  permissions: string[]
}

/** Proofs in a request of the keys that a token may be bound to. */
export interface TokenProofs {
  /** The thumbprint of the key that it has proven to hold. */
  provenKey?: string | null
  /** The DER of the client certificate of its connection. */
  certificate?: Uint8Array | undefined
}

export interface AccessTokens {
  ttl: Milliseconds
  /** Issues a token. `lifetime` is given if it is to be shorter than {@link ttl}. */
  issue(claims: TokenClaims, lifetime?: Milliseconds): Promise<string>
  /**
   * Rejects with AuthError `invalid_token`, `token_expired` or `token_revoked`, and `unavailable` when the revocation
   * log has been unreachable for too long. Refuses a bound token unless `proofs` cover all its bindings, and a token
   * bound to no key if a key is proven.
   */
  verify(token: string, proofs?: TokenProofs): Promise<AccessClaims>
  /** Verifies without that proof: for callers that ask about another party's token. */
  inspect(token: string): Promise<AccessClaims>
  /**
   * Verifies like `verify`, but accepts expired or revoked tokens: for logging out. Null if never ours; rejects with
   * `invalid_token` for a bound token without its proof.
   */
  identify(token: string, proofs: TokenProofs): Promise<AccessClaims | null>
}

export const hasSession = (claims: AccessClaims): claims is SessionClaims => claims.sid !== undefined

/** The client of direct sign-ins at Latchkey; RFC 9068 requires a `client_id`. */
export const firstPartyClient = 'first-party'

const typ = 'at+jwt'
/** Verified tokens that are kept, so that a request costs a look-up instead of a signature check. */
const cachedTokens = 20_000

/** Another process may issue tokens that live longer while the setting changes from one to the next. */
const leniency: Milliseconds = minutes(15)

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
  const headers = new WeakMap<SigningKey, string>()
  // The verifier that others use out there, with the keys and the log themselves behind it.
  const check = createAccessTokenCheck({
    issuer,
    audiences: [audience],
    algorithms: allAlgorithms,
    keys: { find: findKey },
    revocations,
    clockTolerance: 0,
    now: ports.now,
    cachedTokens,
  })

  return { ttl, issue, verify, inspect, identify }

  async function issue(given: TokenClaims, lifetime = ttl): Promise<string> {
    const ended = await revocations.issuedUntil(given)
    const signer = keys.signer()
    // A revocation of earlier tokens must not end one issued after it in the same second.
    const now = toSeconds(ports.now())
    const iat = Math.max(now, ended + 1)
    const { roles, permissions, ...rest } = given
    const claims: AccessClaims = {
      iss: issuer,
      aud: audience,
      iat,
      // Not later: revocations are kept only as long as tokens of this moment live.
      exp: now + toSeconds(lifetime),
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

  async function verify(token: string, proofs: TokenProofs = {}): Promise<AccessClaims> {
    const claims = await inspect(token)
    requireBinding(claims, proofs)
    return claims
  }

  async function inspect(token: string): Promise<AccessClaims> {
    // A server that cannot know the revocations must not say that there are none.
    if (revocations.isStale()) throw new AuthError('unavailable', { retryAfter: 1 })
    try {
      const claims = (await check.verify(token)) as AccessClaims
      if (livesTooLong(claims)) throw new VerifyError('expired')
      if (isWhole(claims)) return claims
    } catch (error) {
      throw error instanceof VerifyError ? refusalOf(error) : error
    }
    throw new AuthError('invalid_token')
  }

  /**
   * True for a token dated by a clock that was ahead: it would outlive its revocation. Its client gets another one.
   */
  function livesTooLong({ exp }: AccessClaims): boolean {
    return exp * 1000 > ports.now() + ttl + leniency
  }

  async function identify(token: string, proofs: TokenProofs): Promise<AccessClaims | null> {
    const claims = (await check.identify(token)) as AccessClaims | null
    if (!claims || !isWhole(claims)) return null
    requireBinding(claims, proofs)
    return claims
  }

  function findKey(kid: string): VerificationKey | null {
    const key = keys.find(kid)
    return key && { kid, algorithm: key.algorithm, key: key.verifier }
  }
}

function requireBinding({ cnf = {} }: AccessClaims, { provenKey = null, certificate }: TokenProofs): void {
  const { jkt = null, 'x5t#S256': thumbprint, ...unknown } = cnf
  // RFC 9449 §7.1: a bound token as `Bearer` is refused, and so is an unbound one with a proof.
  if (jkt !== provenKey)
    throw new AuthError('invalid_token', { scheme: 'DPoP', log: { reason: 'its key is not proven' } })
  // RFC 8705 §3
  if (thumbprint !== undefined && (!certificate || hash('sha256', certificate, 'base64url') !== thumbprint))
    throw new AuthError('invalid_token', { log: { reason: 'wrong_certificate' } })
  // A kind of binding that is not known here cannot be found to hold.
  if (Object.keys(unknown).length > 0)
    throw new AuthError('invalid_token', { log: { reason: 'bound in an unknown way' } })
}

/** Claims of a session, without the epoch, which the tokens of a service account have as well. */
const ofSession = ['sid', 'auth_time', 'amr', 'acr'] satisfies (keyof OfSession)[]

/** True if all claims of a session are there, or none. */
const isWhole = (claims: AccessClaims): boolean => {
  const said = ofSession.filter((name) => claims[name] !== undefined).length
  return said === 0 || (said === ofSession.length && claims.epoch !== undefined)
}

/** Returns the refusal. Only the operator learns which check failed: a caller needs to know only if a refresh helps. */
function refusalOf({ code }: VerifyError): AuthError {
  const log = { reason: code }
  if (code === 'expired') return new AuthError('token_expired', { log })
  if (code === 'revoked') return new AuthError('token_revoked', { log })
  return new AuthError('invalid_token', { log })
}
