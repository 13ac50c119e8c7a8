import { lockUser } from '../identity/users/locks.ts'
import type { About, AccountEvents } from '../identity/events/account-events.ts'
import { endPendingBefore } from '../identity/events/pending.ts'
import { type AccountEvent, type Told } from '../identity/events/table.ts'
import type { Account } from '../identity/users/account.ts'
import type { Device, Instant, Milliseconds, SessionId, UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { removeTrustedDevicesBefore } from './trusted-devices/store.ts'
import { AuthError } from '../core/auth-error.ts'
import { type Evidence, keyBinding, kindOf } from './bindings/binding.ts'
import { formatUuid, parseUuid, uuidV7 } from '../core/ports/uuid.ts'
import { endInBatches } from '../core/revocations/in-batches.ts'
import type { Revoked } from '../core/revocations/log.ts'
import { hashSecret } from './tokens/refresh-token.ts'
import { type Page, type PageQuery, pageOf, readIdCursor } from '../core/request/cursor.ts'
import { deviceLabel } from '../core/request/device-label.ts'
import { refuseTokensOf } from './ending.ts'
import { createEndForgotten } from './forgotten.ts'
import { asRevoked } from './revoke.ts'
import {
  about,
  type DeviceOrigin,
  openCookieSession,
  type OpenCookieSession,
  openSession,
  type OpenTokenSession,
} from './open-session.ts'
import { asReused, bestOf, createReadStandings, isReused, type StandingSession } from './read-standing.ts'
import { createRefresh, type Refresh, type RefreshOptions } from './refresh.ts'
import { type Authentication, type SessionKind, type SessionRow, toDevice, sessionIdOf } from './session.ts'
import { decideStanding, isAlive } from './standing.ts'
import type { SessionClaims } from './tokens/access-token.ts'
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
   * (same password, not disabled since)? False refuses with `invalid_credentials`; what it throws undoes everything. A
   * list is what has ended with it.
   */
  stillValid: (tx: Queryable) => Promise<boolean | Revoked[]>
  /**
   * Refresh tokens and session cookies that the new one takes the place of: their sessions end with its start
   * (ASVS V7.2.4), if these are their current ones. A browser's cookies; nothing where the client keeps its tokens itself.
   */
  replaces?: readonly string[]
  /** What the request shows beside these: a session that is bound to a key ends by whoever proves it. */
  evidence?: Evidence
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
   * How the refresh tokens and session cookies of a request stand: the best of them, null for none of ours. Keeps nobody
   * signed in; a session of which a replaced credential has come ends here, and its user is told.
   */
  readStanding(tokens: readonly string[], request: Evidence & DeviceOrigin): Promise<StandingSession | null>
  /** The same for whoever only wants to know: ends nothing, and proves no key. */
  inspectStanding(tokens: readonly string[]): Promise<StandingSession | null>
  /** True while an access token says what holds at this moment; its signature and its binding have been checked. */
  isCurrent(claims: SessionClaims): Promise<boolean>
  /** A session that is alive, with its user. */
  find(id: SessionId, on?: Queryable): Promise<store.SessionWithAccount | null>
  /** A page of where the user is signed in, the newest first. */
  devices(userId: UserId, current: SessionId | null, page: PageQuery): Promise<Page<Device>>
  /** Ends one, and what it has asked for; false where it had ended. */
  end<Event extends EndsOne>(id: SessionId, event: Event, ...tell: Tell<Event>): Promise<boolean>
  /** Ends those of a user, but `except`, and all that the event ends with them; false where there is no such user. */
  endAll<Event extends EndsMany>(
    of: { userId: UserId; except?: SessionId },
    event: Event,
    ...tell: Tell<Event>
  ): Promise<boolean>
  /** What the user may do has changed: access tokens that still say otherwise are refused. */
  raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]>
  /** Ends what was started before a moment: after a restore nothing older can be trusted. */
  fence(before: Instant): Promise<number>
  /** Ends anew what the log says has ended and the database has forgotten; returns how many. */
  endRemembered(): Promise<number>
}

/** Events that end sessions and come of nothing else. */
type EndsOne = Extract<AccountEvent, 'logged_out' | 'session_ended' | 'session_ended_by_admin'>
type EndsMany = Extract<AccountEvent, 'others_logged_out' | 'all_logged_out' | 'sessions_ended_by_admin'>

/** What the user is told, of events that tell them. */
type Tell<Event extends AccountEvent> = [Told<Event>] extends [never]
  ? []
  : [compose: (account: Account) => About<Event>]

export interface SessionsOptions extends RefreshOptions {
  events: AccountEvents
  /** How many sessions of its own one user may have. */
  mostSessions: number
  /** By the kind of session. */
  lifetimes: Record<SessionKind, { idleTtl: Milliseconds; absoluteTtl: Milliseconds }>
}

/** A session that a sign-in in the same browser has ended. */
interface Displaced extends StandingSession {
  revoked: Revoked[]
}

/** Sessions that are looked at together. */
const batch = 500

export function createSessions(options: SessionsOptions): Sessions {
  const { db, ring, ports, revocations, audit, events, reuse } = options
  const readStandings = createReadStandings(options)
  const endForgotten = createEndForgotten(options)

  return {
    start,
    startCookie,
    refresh: createRefresh(options),
    stepUp: createStepUp(options),
    readStanding,
    inspectStanding: async (tokens) => bestOf(await readStandings(db, tokens, undefined)),
    isCurrent,
    find,
    devices,
    end,
    endAll,
    raiseEpochsWithin,
    fence,
    endRemembered,
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
      // Counted below: of many sign-ins at once each sees those before it.
      const user = await lockUser(tx, input.userId)
      if (!user || user.disabledAt !== null) return null
      const valid = await input.stillValid(tx)
      if (valid === false) return null
      await store.insertSession(tx, row)
      const found = await store.findSession(tx, row.id)
      const displaced = await endDisplaced(tx, input)
      const beyond = await endBeyond(tx, user)
      const ended = [...displaced.map(({ revoked }) => revoked), ...beyond.map(({ revoked }) => revoked)]
      const entries = await revocations.append(tx, [...(valid === true ? [] : valid), ...ended.flat()])
      return found && { ...found, displaced, beyond, entries }
    })
    if (!started) throw new AuthError('invalid_credentials', { log: { reason: 'changed during sign-in' } })
    const { account, changes, displaced, beyond, entries } = started
    revocations.remember(entries)
    for (const each of displaced) recordEnd(each, input.origin)
    for (const { sessionId } of beyond)
      audit.record({ kind: 'session.ended', userId: account.id, sessionId, detail: { reason: 'limit' } })
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

  /**
   * The cookie that is set now was their only hold. Only what is current: whoever has no more than a copy, or no key, would
   * end the session of its owner by signing in to an account of their own.
   */
  async function endDisplaced(
    tx: Queryable,
    { replaces = [], evidence, origin }: StartSession,
  ): Promise<Displaced[]> {
    const ended: Displaced[] = []
    for (const read of await readStandings(tx, replaces, evidence)) {
      const revoked = await endIfHeld(tx, read, origin)
      if (revoked.length > 0) ended.push({ ...read, revoked })
    }
    return ended
  }

  async function endIfHeld(tx: Queryable, read: StandingSession, origin: DeviceOrigin): Promise<Revoked[]> {
    if (isReused(read)) return await reuse.endWithin(tx, asReused(read), origin)
    if (read.standing.standing !== 'current') return []
    const { session, account } = read.found
    return await events.apply(tx, account, 'session_replaced', { sessionId: sessionIdOf(session) })
  }

  /** Logging in costs nothing: who has too many loses the ones that were not used for longest. */
  async function endBeyond(
    tx: Queryable,
    account: Account,
  ): Promise<{ sessionId: SessionId; revoked: Revoked[] }[]> {
    const most = options.mostSessions
    const limit = { userId: parseUuid(account.id), now: ports.now(), most }
    const ended: Awaited<ReturnType<typeof endBeyond>> = []
    for (const { id } of await store.listSessionsBeyond(tx, limit)) {
      const sessionId = formatUuid(id) as SessionId
      const revoked = await events.apply(tx, account, 'session_limit_reached', { sessionId })
      ended.push({ sessionId, revoked })
    }
    return ended
  }

  function recordEnd(displaced: Displaced, origin: DeviceOrigin): void {
    if (isReused(displaced)) return reuse.record(asReused(displaced), origin)
    const { session } = displaced.found
    audit.record({ kind: 'session.ended', ...about(session), ...origin, detail: { reason: 'replaced' } })
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

  async function readStanding(
    tokens: readonly string[],
    request: Evidence & DeviceOrigin,
  ): Promise<StandingSession | null> {
    const read = await readStandings(db, tokens, request)
    const { ip, userAgent } = request
    for (const each of read.filter(isReused)) await reuse.end(asReused(each), { ip, userAgent })
    return bestOf(read)
  }

  /** A token of an epoch that is over says what was true before. */
  async function isCurrent({ sid, sub: userId, epoch }: SessionClaims): Promise<boolean> {
    const found = await store.findSession(db, parseUuid(sid))
    if (!found) return false
    const credential = { kind: 'access_token', userId, epoch } as const
    return decideStanding(found, credential, ports.now(), options).standing === 'current'
  }

  async function find(id: SessionId, on: Queryable = db): Promise<store.SessionWithAccount | null> {
    const found = await store.findSession(on, parseUuid(id))
    return found && isAlive(found, ports.now()) ? found : null
  }

  async function devices(
    userId: UserId,
    current: SessionId | null,
    { cursor, limit }: PageQuery,
  ): Promise<Page<Device>> {
    const rows = await store.listLiveSessions(db, {
      userId: parseUuid(userId),
      now: ports.now(),
      before: readIdCursor(cursor),
      limit: limit + 1,
    })
    return pageOf(rows, limit, { toItem: (row) => toDevice(row, current), endOf: ({ id }) => id })
  }

  async function end<Event extends EndsOne>(
    id: SessionId,
    event: Event,
    ...[compose]: Tell<Event>
  ): Promise<boolean> {
    // Whatever else is over with it: what nobody can use any more may be asked to end.
    const found = await store.findSession(db, parseUuid(id))
    return found?.session.revoked_at === null && (await endBy(found.account.id, event, compose, id))
  }

  async function endAll<Event extends EndsMany>(
    { userId, except }: { userId: UserId; except?: SessionId },
    event: Event,
    ...[compose]: Tell<Event>
  ): Promise<boolean> {
    return await endBy(userId, event, compose, except ?? null)
  }

  /** Durable, and refused by this process, before the caller is answered. */
  async function endBy<Event extends EndsOne | EndsMany>(
    userId: UserId,
    event: Event,
    compose: Tell<Event>[0],
    sessionId: SessionId | null,
  ): Promise<boolean> {
    const entries = await db.transaction(async (tx) => {
      const account = await lockUser(tx, userId)
      if (!account) return null
      // Without a composer the event tells nobody.
      const about = { ...compose?.(account), sessionId } as About<Event>
      return await revocations.append(tx, await events.apply(tx, account, event, about))
    })
    revocations.remember(entries ?? [])
    return entries !== null
  }

  async function raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]> {
    return await refuseTokensOf(tx, parseUuid(userId), ports.now() + options.leeway)
  }

  async function fence(before: Instant): Promise<number> {
    await db.transaction(async (tx) => {
      await removeTrustedDevicesBefore(tx, before)
      await endPendingBefore(tx, before)
    })
    const ending = { before, now: ports.now(), reason: 'fenced_after_restore' } as const
    return await endInBatches(db, revocations, {
      end: (tx, page) => store.endSessionsBefore(tx, { ...ending, ...page }),
      asRevoked,
    })
  }

  async function endRemembered(): Promise<number> {
    let ended = 0
    let page = await store.listLiveIds(db, { after: new Uint8Array(0), limit: batch })
    while (page.length > 0) {
      for (const { id } of page) if (await endForgotten(db, id)) ended++
      page = await store.listLiveIds(db, { after: page.at(-1)!.id, limit: batch })
    }
    return ended
  }
}
