import {
  type Device,
  freshFor,
  type Instant,
  type Milliseconds,
  seconds,
  type Session,
  type SessionId,
  type UserId,
} from '@latchkey/contract'
import { kindOf } from './bindings/binding.ts'
import { formatUuid } from '../core/ports/uuid.ts'
import type { EndReason } from '../identity/events/table.ts'
import { isoTime } from '../core/iso-time.ts'

/** The methods (RFC 8176), level (NIST SP 800-63B) and time of the user's authentication. */
export interface Authentication {
  amr: string[]
  aal: number
  authenticatedAt: Instant
}

/** `token`: access and refresh tokens. `cookie`: one opaque cookie. */
export type SessionKind = 'token' | 'cookie'

/** One sign-in on one device, as the table has it. */
export interface SessionRow {
  id: Uint8Array
  kind: SessionKind
  user_id: Uint8Array
  client_id: string | null
  secret_hash: Uint8Array
  /** The hash of the cookie that the last step-up replaced; null for token sessions, whose secret stays. */
  previous_secret_hash: Uint8Array | null
  /** Null until the cookie that replaced it has been seen. */
  previous_until: Instant | null
  generation: number
  rotated_at: Instant
  attempt: Uint8Array | null
  fenced_at: Instant | null
  /** JSON of the {@link Authentication} before the last fence raised it; null if it raised none. */
  before_fence: string | null
  authenticated_at: Instant
  /** Space-separated. */
  amr: string
  aal: number
  epoch: number
  /** A {@link Binding}; null for a session that any bearer of its token may use. */
  binding: string | null
  persistent: number
  idle_ttl: Milliseconds
  expires_at: Instant
  user_agent: string | null
  ip: string | null
  label: string
  created_at: Instant
  revoked_at: Instant | null
  revoke_reason: string | null
}

/** The fields of a live session that go into an answer; all that the hot path reads. */
export type LiveSession = Pick<
  SessionRow,
  | 'id'
  | 'user_id'
  | 'client_id'
  | 'generation'
  | 'authenticated_at'
  | 'amr'
  | 'aal'
  | 'epoch'
  | 'binding'
  | 'persistent'
  | 'expires_at'
>

export type RevokeReason = EndReason

export const sessionIdOf = (row: Pick<SessionRow, 'id'>): SessionId => formatUuid(row.id) as SessionId
export const userIdOf = (row: Pick<SessionRow, 'user_id'>): UserId => formatUuid(row.user_id) as UserId

export const authenticationOf = (row: SessionRow): Authentication => ({
  amr: row.amr.split(' '),
  aal: row.aal,
  authenticatedAt: row.authenticated_at,
})

/**
 * Removes recent authentication from a credential that precedes an event such as a password change. It is served a
 * moment longer because an answer may be lost, and a copy of it must change nothing any more.
 */
export const notRecent = (authentication: Authentication, now: Instant): Authentication => ({
  ...authentication,
  authenticatedAt: Math.min(authentication.authenticatedAt, now - freshFor - seconds(1)),
})

/** The session as its owner sees it on the wire. */
export const toSession = (row: LiveSession): Session => ({
  id: sessionIdOf(row),
  generation: row.generation,
  authenticatedAt: isoTime(row.authenticated_at),
  expiresAt: isoTime(row.expires_at),
  amr: row.amr.split(' '),
  aal: row.aal,
  binding: kindOf(row.binding),
})

/** The session as an entry of a list of devices. */
export const toDevice = (row: SessionRow, current: SessionId | null): Device => ({
  id: sessionIdOf(row),
  current: sessionIdOf(row) === current,
  label: row.label,
  userAgent: row.user_agent,
  ip: row.ip,
  createdAt: isoTime(row.created_at),
  lastUsedAt: isoTime(row.rotated_at),
  expiresAt: isoTime(row.expires_at),
  amr: row.amr.split(' '),
  binding: kindOf(row.binding),
})
