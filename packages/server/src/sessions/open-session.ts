import type { SessionId, UserId } from '@latchkey/contract'
import { compareBytes } from '../core/bytes.ts'
import type { IncomingRequest } from '../core/request/incoming.ts'
import type { Keyring } from '../core/secrets/keyring.ts'
import { mintRefreshToken, type RefreshClaims, verifyRefreshTokens } from './tokens/refresh-token.ts'
import { mintSessionToken, type SessionTokenClaims, verifySessionToken } from './tokens/session-token.ts'
import type { Account } from '../identity/users/account.ts'
import { type LiveSession, sessionIdOf, userIdOf } from './session.ts'
import type { LiveWithAccount } from './store.ts'

/** A live session whose user was just authenticated, and the credentials issued for it. */
export type OpenSession = OpenTokenSession | OpenCookieSession

interface Proven {
  account: Account
  session: LiveSession
  /** The count of changes to keys and roles: see {@link Permissions.catchUp}. */
  changes: number
}

export interface OpenTokenSession extends Proven {
  kind: 'token'
  refreshToken: string
  /** The thumbprint of the key that its access tokens are bound to (RFC 9449 §6). */
  jkt: string | null
}

export interface OpenCookieSession extends Proven {
  kind: 'cookie'
  sessionToken: string
}

/** The request that begins, refreshes or ends a session. */
export interface DeviceOrigin extends Partial<Pick<IncomingRequest, 'isGone'>> {
  ip: string | null
  userAgent: string | null
}

/** Opens a session with its refresh token, recomputed from the session and the secret that only its client holds. */
export function openSession(
  ring: Keyring,
  { session, account, changes }: LiveWithAccount,
  secret: Uint8Array,
  jkt: string | null,
): OpenTokenSession {
  const { id, generation } = session
  const refreshToken = mintRefreshToken(ring, { sessionId: id, generation, secret })
  return { kind: 'token', session, account, changes, refreshToken, jkt }
}

/** Opens a session that has only a cookie. */
export function openCookieSession(
  ring: Keyring,
  { session, account, changes }: LiveWithAccount,
  secret: Uint8Array,
): OpenCookieSession {
  const sessionToken = mintSessionToken(ring, { sessionId: session.id, secret })
  return { kind: 'cookie', session, account, changes, sessionToken }
}

/**
 * Returns the claims that count: the newest session's highest generation. The cookies of both parities may be of
 * different sessions.
 */
export function newestOf(ring: Keyring, tokens: readonly string[]): RefreshClaims | null {
  return verifyRefreshTokens(ring, tokens)[0] ?? null
}

/** Returns the claims of the session cookies that this server minted: the newest session first. */
export function genuineCookiesOf(ring: Keyring, tokens: readonly string[]): SessionTokenClaims[] {
  return tokens
    .flatMap((token) => verifySessionToken(ring, token) ?? [])
    .toSorted((a, b) => compareBytes(b.sessionId, a.sessionId))
}

/** The subject of an audit event. */
export const auditSubject = (row: LiveSession): { userId: UserId; sessionId: SessionId } => ({
  userId: userIdOf(row),
  sessionId: sessionIdOf(row),
})
