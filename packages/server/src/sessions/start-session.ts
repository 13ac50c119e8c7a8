import { originOf } from '../core/request/request-context.ts'
import { lockUser } from '../identity/users/locks.ts'
import type { Account } from '../identity/users/account.ts'
import type { SessionId, UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import { type PresentedProofs, keyBinding, kindOf } from './bindings/binding.ts'
import { formatUuid, parseUuid, uuidV7 } from '../core/ports/uuid.ts'
import type { Revoked } from '../core/revocations/log.ts'
import { hashSecret } from './tokens/refresh-token.ts'
import { deviceLabel } from '../core/request/device-label.ts'
import {
  auditSubject,
  type DeviceOrigin,
  openCookieSession,
  type OpenCookieSession,
  openSession,
  type OpenTokenSession,
} from './open-session.ts'
import { asReused, isReused, type StandingSession } from './read-standing.ts'
import { type Authentication, type SessionKind, type SessionRow, sessionIdOf } from './session.ts'
import * as store from './store.ts'
import type { SessionNeeds } from './session-needs.ts'

export interface StartSession {
  userId: UserId
  authentication: Authentication
  origin: DeviceOrigin
  /** True if it outlives the browser. @default true */
  persistent?: boolean
  /**
   * Checks, inside the transaction that starts the session and with the user locked, that the authentication still
   * holds (same password, not disabled since). False refuses with `invalid_credentials`; an exception undoes
   * everything. A list holds the sessions that have ended with it.
   */
  stillValid: (tx: Queryable) => Promise<boolean | Revoked[]>
  /**
   * Refresh tokens and session cookies that the new session replaces: their sessions end with its start (ASVS V7.2.4),
   * if these are the current ones. A browser's cookies; empty if the client keeps its tokens itself.
   */
  replaces?: readonly string[]
  /** Proofs in the request beside these: a session that is bound to a key ends only with a proof of it. */
  presentedProofs?: PresentedProofs
  /** The thumbprint of the key that the client has proven to hold: the session is bound to it (RFC 9449). */
  jkt?: string | null
}

/** A session that a sign-in in the same browser has ended. */
interface Displaced extends StandingSession {
  revoked: Revoked[]
}

export async function start(services: SessionNeeds, input: StartSession): Promise<OpenTokenSession> {
  const { ring, ports } = services
  const secret = ports.randomBytes(16)
  const row = newRow(services, 'token', input, secret)
  return openSession(ring, await begin(services, input, row), secret, input.jkt ?? null)
}

export async function startCookie(services: SessionNeeds, input: StartSession): Promise<OpenCookieSession> {
  const { ring, ports } = services
  const secret = ports.randomBytes(16)
  return openCookieSession(
    ring,
    await begin(services, input, newRow(services, 'cookie', input, secret)),
    secret,
  )
}

async function begin(
  services: SessionNeeds,
  input: StartSession,
  row: SessionRow,
): Promise<store.SessionWithAccount> {
  const { db, revocations, audit } = services
  // Durable before its first token leaves.
  const started = await db.transaction(async (tx) => {
    // Counted below: of many sign-ins at once each sees those before it.
    const user = await lockUser(tx, input.userId)
    if (!user || user.disabledAt !== null) return null
    const valid = await input.stillValid(tx)
    if (valid === false) return null
    const found = await store.insertSession(tx, row)
    const displaced = await endDisplaced(services, tx, input)
    const beyond = await endBeyond(services, tx, user)
    const ended = [...displaced.map(({ revoked }) => revoked), ...beyond.map(({ revoked }) => revoked)]
    const entries = await revocations.append(tx, [...(valid === true ? [] : valid), ...ended.flat()])
    return { ...found, displaced, beyond, entries }
  })
  if (!started) throw new AuthError('invalid_credentials', { log: { reason: 'changed during sign-in' } })
  const { session, account, changes, displaced, beyond, entries } = started
  revocations.remember(entries)
  for (const each of displaced) recordEnd(services, each, input.origin)
  for (const { sessionId } of beyond)
    audit.record({ kind: 'session.ended', userId: account.id, sessionId, detail: { reason: 'limit' } })
  audit.record({
    kind: 'session.started',
    ...auditSubject(row),
    ...originOf(input.origin),
    detail: { amr: input.authentication.amr },
  })
  const binding = kindOf(row.binding)
  if (binding)
    audit.record({
      kind: 'session.bound',
      ...auditSubject(row),
      ...originOf(input.origin),
      detail: { binding },
    })
  return { account, session, changes }
}

/**
 * Ends the session whose only cookie is overwritten now. Only by a current credential: somebody with a copy, or without
 * the key, could otherwise end the owner's session by signing in to another account.
 */
async function endDisplaced(
  services: SessionNeeds,
  tx: Queryable,
  { replaces = [], presentedProofs, origin }: StartSession,
): Promise<Displaced[]> {
  const { readStandings } = services
  const ended: Displaced[] = []
  for (const read of await readStandings(tx, replaces, presentedProofs)) {
    const revoked = await endIfHeld(services, tx, read, origin)
    if (revoked.length > 0) ended.push({ ...read, revoked })
  }
  return ended
}

async function endIfHeld(
  services: SessionNeeds,
  tx: Queryable,
  read: StandingSession,
  origin: DeviceOrigin,
): Promise<Revoked[]> {
  const { events, reuse } = services
  if (isReused(read)) return await reuse.endWithin(tx, asReused(read), origin)
  if (read.standing.standing !== 'current') return []
  const { session, account } = read.found
  return await events.apply(tx, account, 'session_replaced', { sessionId: sessionIdOf(session) })
}

/** Ends the least recently used sessions beyond the limit, since signing in costs nothing. */
async function endBeyond(
  services: SessionNeeds,
  tx: Queryable,
  account: Account,
): Promise<{ sessionId: SessionId; revoked: Revoked[] }[]> {
  const { ports, events } = services
  const most = services.mostSessions
  const limit = { userId: parseUuid(account.id), now: ports.now(), most }
  const ended: Awaited<ReturnType<typeof endBeyond>> = []
  for (const { id } of await store.listSessionsBeyond(tx, limit)) {
    const sessionId = formatUuid(id) as SessionId
    const revoked = await events.apply(tx, account, 'session_limit_reached', { sessionId })
    ended.push({ sessionId, revoked })
  }
  return ended
}

function recordEnd(services: SessionNeeds, displaced: Displaced, origin: DeviceOrigin): void {
  const { audit, reuse } = services
  if (isReused(displaced)) return reuse.record(asReused(displaced), origin)
  const { session } = displaced.found
  audit.record({
    kind: 'session.ended',
    ...auditSubject(session),
    ...originOf(origin),
    detail: { reason: 'replaced' },
  })
}

function newRow(
  services: SessionNeeds,
  kind: SessionKind,
  { userId, authentication, origin, persistent = true, jkt }: StartSession,
  secret: Uint8Array,
): SessionRow {
  const { ports } = services
  const now = ports.now()
  return {
    id: uuidV7(ports),
    kind,
    user_id: parseUuid(userId),
    client_id: null,
    secret_hash: hashSecret(secret),
    previous_secret_hash: null,
    previous_until: null,
    generation: 0,
    rotated_at: now,
    attempt: null,
    fenced_at: null,
    before_fence: null,
    authenticated_at: authentication.authenticatedAt,
    amr: authentication.amr.join(' '),
    aal: authentication.aal,
    epoch: 0,
    binding: jkt ? keyBinding(jkt) : null,
    persistent: persistent ? 1 : 0,
    idle_ttl: services.lifetimes[kind].idleTtl,
    expires_at: now + services.lifetimes[kind].absoluteTtl,
    user_agent: origin.userAgent,
    ip: origin.ip,
    label: deviceLabel(origin.userAgent),
    created_at: now,
    revoked_at: null,
    revoke_reason: null,
  }
}
