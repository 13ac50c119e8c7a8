import { shareUser } from '../identity/users/locks.ts'
import { timingSafeEqual } from 'node:crypto'
import type { Device, Instant, Milliseconds, SessionId, UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { removeTrustedDevices, removeTrustedDevicesBefore } from './trusted-devices/store.ts'
import { AuthError } from '../core/auth-error.ts'
import { voidChallengesOfUser } from '../core/challenges/store.ts'
import { type Evidence, isProven, keyBinding, kindOf, shownFor } from './bindings/binding.ts'
import { parseUuid, uuidV7 } from '../core/ports/uuid.ts'
import type { Revoked } from '../core/revocations/log.ts'
import { hashSecret, type RefreshClaims } from './tokens/refresh-token.ts'
import type { SessionTokenClaims } from './tokens/session-token.ts'
import { isHolder } from './cookie-standing.ts'
import { deviceLabel } from '../core/request/device-label.ts'
import { asRevoked, createEndWith, epochOf } from './revoke.ts'
import {
  about,
  type DeviceOrigin,
  genuineCookiesOf,
  genuineOf,
  newestOf,
  openCookieSession,
  type OpenCookieSession,
  openSession,
  type OpenTokenSession,
} from './open-session.ts'
import { createRefresh, type Refresh, type RefreshOptions } from './refresh.ts'
import {
  type Authentication,
  type RevokeReason,
  type SessionKind,
  type SessionRow,
  toDevice,
} from './session.ts'
import { createStepUp } from './step-up/step-up.ts'
import type { RaiseFence } from './step-up/raise-fence.ts'
import * as store from './store.ts'

export interface StartSession {
  userId: UserId
  authentication: Authentication
  origin: DeviceOrigin
  /** Whether it outlives the browser. @default true */
  persistent?: boolean
  /**
   * Asked inside the transaction that starts the session, with the user locked: is what was proven still what counts
   * (same password, not disabled since)? False refuses with `invalid_credentials`; what it throws undoes everything.
   */
  stillValid: (tx: Queryable) => Promise<boolean>
  /**
   * Refresh tokens and session cookies that the new one takes the place of: their sessions end with its start
   * (ASVS V7.2.4). A browser's cookies; nothing where the client keeps its tokens itself.
   */
  replaces?: readonly string[]
  /** The thumbprint of the key that the client has proven to hold: the session is bound to it (RFC 9449). */
  jkt?: string | null
}

export interface Sessions {
  start(input: StartSession): Promise<OpenTokenSession>
  /** A session that is one opaque cookie. */
  startCookie(input: StartSession): Promise<OpenCookieSession>
  refresh: Refresh
  stepUp: RaiseFence
  /**
   * What refresh tokens and session cookies stand for: a genuine one, of a live session if any is; changes nothing. With
   * `evidence` none that is bound to a key which this does not prove.
   */
  identify(tokens: readonly string[], evidence?: Evidence): Promise<store.SessionWithAccount | null>
  /** Whether the request proves the key that the session is bound to, if it is to any. */
  isProven(session: store.SessionWithAccount['session'], evidence: Evidence): boolean
  /** Whether a session is alive, with its user. */
  find(id: SessionId): Promise<store.SessionWithAccount | null>
  devices(userId: UserId, current: SessionId | null): Promise<Device[]>
  end(id: SessionId, reason: RevokeReason): Promise<boolean>
  endAll(userId: UserId, reason: RevokeReason, except?: SessionId): Promise<void>
  /** For transactions of others: pass the rows on to {@link RevocationLog.append}. */
  endAllWithin(tx: Queryable, userId: UserId, reason: RevokeReason, except?: SessionId): Promise<Revoked[]>
  /** The user's privileges changed: access tokens that still say otherwise are refused. */
  raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]>
  /** Ends what was started before a moment: after a restore nothing older can be trusted. */
  fence(before: Instant): Promise<number>
}

export interface SessionsOptions extends RefreshOptions {
  /** What else of the user ends for this reason. */
  alongWithSessions: (tx: Queryable, userId: UserId, reason: RevokeReason) => Promise<Revoked[]>
  /** By the kind of session. */
  lifetimes: Record<SessionKind, { idleTtl: Milliseconds; absoluteTtl: Milliseconds }>
}

export function createSessions(options: SessionsOptions): Sessions {
  const { db, ring, ports, revocations, audit, deviceCookie } = options
  const endWith = createEndWith(db, revocations)

  return {
    start,
    startCookie,
    refresh: createRefresh(options),
    stepUp: createStepUp(options),
    identify,
    isProven: (session, evidence) => isProven(session.binding, shownFor(session.id, evidence, deviceCookie)),
    find,
    devices,
    end,
    endAll,
    endAllWithin,
    raiseEpochsWithin,
    fence,
  }

  async function start(input: StartSession): Promise<OpenTokenSession> {
    const secret = ports.randomBytes(16)
    const row = newRow('token', input, secret)
    return openSession(ring, await begin(input, row), secret, input.jkt ?? null)
  }

  async function startCookie(input: StartSession): Promise<OpenCookieSession> {
    const secret = ports.randomBytes(16)
    return openCookieSession(ring, await begin(input, newRow('cookie', input, secret)), secret)
  }

  async function begin(input: StartSession, row: SessionRow): Promise<store.SessionWithAccount> {
    // Durable before its first token leaves.
    const started = await db.transaction(async (tx) => {
      if (!(await shareUser(tx, input.userId))) return null
      if (!(await input.stillValid(tx))) return null
      await store.insertSession(tx, row)
      const found = await store.findSession(tx, row.id)
      const replaced = await endReplaced(tx, input.replaces ?? [])
      const revoked = replaced.flatMap(({ rows }) => rows.map(asRevoked))
      return found && { ...found, replaced, entries: await revocations.append(tx, revoked) }
    })
    if (!started) throw new AuthError('invalid_credentials', { log: { reason: 'changed during sign-in' } })
    const { account, changes, replaced, entries } = started
    revocations.remember(entries)
    for (const { session } of replaced) {
      audit.record({
        kind: 'session.ended',
        ...about(session),
        ...input.origin,
        detail: { reason: 'replaced' },
      })
    }
    audit.record({
      kind: 'session.started',
      ...about(row),
      ...input.origin,
      detail: { amr: input.authentication.amr },
    })
    const binding = kindOf(row.binding)
    if (binding) audit.record({ kind: 'session.bound', ...about(row), ...input.origin, detail: { binding } })
    return { account, session: row, changes }
  }

  /** Whoever these belong to: the cookie that is set now was their only hold. */
  async function endReplaced(
    tx: Queryable,
    tokens: readonly string[],
  ): Promise<{ session: SessionRow; rows: { id: Uint8Array }[] }[]> {
    const ended: Awaited<ReturnType<typeof endReplaced>> = []
    for (const { session } of await heldBy(tx, [
      ...genuineOf(ring, tokens),
      ...genuineCookiesOf(ring, tokens),
    ])) {
      const rows = await store.endSession(tx, { id: session.id, now: ports.now(), reason: 'replaced' })
      if (rows.length > 0) ended.push({ session, rows })
    }
    return ended
  }

  /** The sessions whose secrets these are. */
  async function heldBy(
    on: Queryable,
    claims: readonly (RefreshClaims | SessionTokenClaims)[],
  ): Promise<store.SessionWithAccount[]> {
    const held: store.SessionWithAccount[] = []
    for (const each of claims) {
      const found = await store.findSession(on, each.sessionId)
      if (found && isHeldBy(found.session, each)) held.push(found)
    }
    return held
  }

  /** A secret that came in a token of one kind is nothing to a session of the other. */
  function isHeldBy(row: SessionRow, claims: RefreshClaims | SessionTokenClaims): boolean {
    const secretHash = hashSecret(claims.secret)
    if (!('generation' in claims)) return isHolder(row, secretHash, ports.now())
    return row.kind === 'token' && timingSafeEqual(row.secret_hash, secretHash)
  }

  function newRow(
    kind: SessionKind,
    { userId, authentication, origin, persistent = true, jkt }: StartSession,
    secret: Uint8Array,
  ): SessionRow {
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
      idle_ttl: options.lifetimes[kind].idleTtl,
      expires_at: now + options.lifetimes[kind].absoluteTtl,
      user_agent: origin.userAgent,
      ip: origin.ip,
      label: deviceLabel(origin.userAgent),
      created_at: now,
      revoked_at: null,
      revoke_reason: null,
    }
  }

  async function identify(
    tokens: readonly string[],
    evidence?: Evidence,
  ): Promise<store.SessionWithAccount | null> {
    const refreshClaims = newestOf(ring, tokens)
    const found = await heldBy(db, [
      ...(refreshClaims ? [refreshClaims] : []),
      ...genuineCookiesOf(ring, tokens),
    ])
    const held = evidence
      ? found.filter(({ session }) => isProven(session.binding, shownFor(session.id, evidence, deviceCookie)))
      : found
    return held.find(({ session }) => session.revoked_at === null) ?? held[0] ?? null
  }

  async function find(id: SessionId): Promise<store.SessionWithAccount | null> {
    const found = await store.findSession(db, parseUuid(id))
    return found?.session.revoked_at === null ? found : null
  }

  async function devices(userId: UserId, current: SessionId | null): Promise<Device[]> {
    const rows = await store.listLiveSessions(db, parseUuid(userId), ports.now())
    return rows.map((row) => toDevice(row, current))
  }

  async function end(id: SessionId, reason: RevokeReason): Promise<boolean> {
    return (await endWith((tx) => store.endSession(tx, { id: parseUuid(id), now: ports.now(), reason }))) > 0
  }

  async function endAll(userId: UserId, reason: RevokeReason, except?: SessionId): Promise<void> {
    const entries = await db.transaction(async (tx) =>
      revocations.append(tx, await endAllWithin(tx, userId, reason, except)),
    )
    revocations.remember(entries)
  }

  async function endAllWithin(
    tx: Queryable,
    userId: UserId,
    reason: RevokeReason,
    except?: SessionId,
  ): Promise<Revoked[]> {
    // A sign-in that still waits for its second factor is a session in the making, and a trusted device half of one.
    await voidChallengesOfUser(tx, 'second-factor', userId)
    await voidChallengesOfUser(tx, 'second-factor-enrolment', userId)
    await removeTrustedDevices(tx, userId)
    const rows = await store.endSessionsOfUser(tx, {
      userId: parseUuid(userId),
      now: ports.now(),
      reason,
      except: except && parseUuid(except),
    })
    return [...rows.map(asRevoked), ...(await options.alongWithSessions(tx, userId, reason))]
  }

  async function raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]> {
    const rows = await store.raiseEpochsOfUser(tx, parseUuid(userId))
    return rows.map(({ id, epoch }) => epochOf(id, epoch - 1))
  }

  async function fence(before: Instant): Promise<number> {
    return await endWith(async (tx) => {
      await removeTrustedDevicesBefore(tx, before)
      return await store.endSessionsBefore(tx, { before, now: ports.now(), reason: 'fenced_after_restore' })
    })
  }
}
