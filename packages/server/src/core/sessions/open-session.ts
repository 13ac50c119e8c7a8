import type { SessionId, UserId } from '@latchkey/contract'
import type { SecretRing } from '../keys/secret-ring.ts'
import { mintRefreshToken, type RefreshClaims, verifyRefreshToken } from '../tokens/refresh-token.ts'
import type { Account } from '../users/account.ts'
import { type LiveSession, sessionIdOf, userIdOf } from './session.ts'
import type { LiveWithAccount } from './store.ts'

/** A live session whose user was just proven, and the refresh token that goes out for it. */
export interface OpenSession {
  account: Account
  session: LiveSession
  /** How often keys and roles had changed: see {@link Permissions.catchUp}. */
  changes: number
  refreshToken: string
}

export interface DeviceOrigin {
  ip: string | null
  userAgent: string | null
}

/** Its refresh token: recomputed from the session and the secret that only its client holds. */
export function openSession(
  ring: SecretRing,
  { session, account, changes }: LiveWithAccount,
  secret: Uint8Array,
): OpenSession {
  const { id, generation } = session
  const refreshToken = mintRefreshToken(ring, { sessionId: id, generation, secret })
  return { session, account, changes, refreshToken }
}

/** The cookies of both parities may be of different sessions: the newest session's highest generation counts. */
export function newestOf(ring: SecretRing, tokens: readonly string[]): RefreshClaims | null {
  return genuineOf(ring, tokens)[0] ?? null
}

/** What the tokens that this server minted say: the newest session's highest generation first. */
export function genuineOf(ring: SecretRing, tokens: readonly string[]): RefreshClaims[] {
  return tokens
    .flatMap((token) => verifyRefreshToken(ring, token) ?? [])
    .toSorted((a, b) => Buffer.compare(b.sessionId, a.sessionId) || b.generation - a.generation)
}

/** For an audit event. */
export const about = (row: LiveSession): { userId: UserId; sessionId: SessionId } => ({
  userId: userIdOf(row),
  sessionId: sessionIdOf(row),
})
