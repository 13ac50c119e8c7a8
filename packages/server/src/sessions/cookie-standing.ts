import { timingSafeEqual } from 'node:crypto'
import type { Instant } from '@latchkey/contract'
import type { Account } from '../identity/users/account.ts'
import { type Authentication, authenticationOf, type SessionRow } from './session.ts'

/** What a genuine session cookie is worth. */
export type CookieStanding =
  | { outcome: 'live'; isCurrent: boolean; authentication: Authentication }
  | { outcome: 'refused'; code: 'unauthenticated' | 'session_revoked' | 'session_expired' | 'user_disabled' }

/**
 * Holds a cookie's secret against the session's row. Pure. After a step-up the cookie that was replaced opens what it
 * opened before, and none of what was added: until the new one has been seen, for its answer may be lost, and a moment
 * longer, for what is on its way.
 */
export function decideCookie(
  row: SessionRow,
  { disabledAt }: Pick<Account, 'disabledAt'>,
  secretHash: Uint8Array,
  now: Instant,
): CookieStanding {
  if (!isHolder(row, secretHash, now)) return refused('unauthenticated')
  if (row.revoked_at !== null) return refused('session_revoked')
  if (disabledAt !== null) return refused('user_disabled')
  if (row.expires_at <= now || row.rotated_at + row.idle_ttl <= now) return refused('session_expired')
  const isCurrent = timingSafeEqual(row.secret_hash, secretHash)
  return { outcome: 'live', isCurrent, authentication: isCurrent ? authenticationOf(row) : beforeFence(row) }
}

/** Whether the secret is the cookie session's, or the one before that is still known. */
export function isHolder(row: SessionRow, secretHash: Uint8Array, now: Instant): boolean {
  if (row.kind !== 'cookie') return false
  if (timingSafeEqual(row.secret_hash, secretHash)) return true
  const { previous_secret_hash: previous, previous_until: until } = row
  return previous !== null && timingSafeEqual(previous, secretHash) && (until === null || now < until)
}

/** What a fence replaced is written with it. */
export const beforeFence = ({ before_fence }: SessionRow): Authentication =>
  JSON.parse(before_fence as string) as Authentication

const refused = (code: Extract<CookieStanding, { outcome: 'refused' }>['code']): CookieStanding => ({
  outcome: 'refused',
  code,
})
