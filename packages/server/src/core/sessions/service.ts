import { timingSafeEqual } from 'node:crypto'
import type { Device, Instant, Milliseconds, SessionId, UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Audit } from '../audit/audit.ts'
import { AuthError } from '../auth-error.ts'
import type { SecretRing } from '../keys/secret-ring.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, parseUuid, uuidV7 } from '../ports/uuid.ts'
import type { Revoked, RevocationLog } from '../revocations/log.ts'
import type { RevocationRow } from '../revocations/store.ts'
import {
  hashSecret,
  mintRefreshToken,
  type RefreshClaims,
  verifyRefreshToken,
} from '../tokens/refresh-token.ts'
import type { Account } from '../users/account.ts'
import { deviceLabel } from './device-label.ts'
import { decideRefresh, type RefreshDecision } from './rotation.ts'
import {
  type Authentication,
  authenticationOf,
  type LiveSession,
  type RevokeReason,
  sessionIdOf,
  type SessionRow,
  toDevice,
  userIdOf,
} from './session.ts'
import * as store from './store.ts'

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

export interface StartSession {
  userId: UserId
  authentication: Authentication
  origin: DeviceOrigin
  /** Whether it outlives the browser. @default true */
  persistent?: boolean
  /**
   * Asked inside the transaction that starts the session, with the user locked: is what was proven still what counts
   * (same password, not disabled since)? False refuses with `invalid_credentials`.
   */
  stillValid: (tx: Queryable) => Promise<boolean>
}

export interface RefreshInput {
  /** Every refresh token that came along; the newest session's highest generation counts. */
  tokens: readonly string[]
  /** 16 bytes that the client repeats on every try of the same refresh. */
  attempt: Uint8Array | null
  /** Null for first-party sessions. */
  clientId: string | null
  /** A valid proof of the key to which the session is bound. */
  bindingProven?: boolean
  origin: DeviceOrigin
}

export interface Sessions {
  start(input: StartSession): Promise<OpenSession>
  /** The whole of the refresh protocol. Throws AuthError with one of the six sign-out codes, or `rate_limited`. */
  refresh(input: RefreshInput): Promise<OpenSession>
  /** Raises a fence with a fresh proof: a new generation that no predecessor inherits. */
  stepUp(input: StepUp): Promise<OpenSession>
  /** What a refresh token stands for, if it is genuine and its session is alive; changes nothing. */
  identify(tokens: readonly string[]): Promise<store.SessionWithAccount | null>
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

export interface StepUp {
  tokens: readonly string[]
  /** The session that the access token named; the refresh token must be of the same. */
  sessionId: SessionId
  attempt: Uint8Array | null
  /** Null keeps how and when the user signed in, and only moves the generation on. */
  authentication: Authentication | null
  within?: (tx: Queryable) => Promise<Revoked[]>
}

export interface SessionsOptions {
  db: Database
  ring: SecretRing
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  idleTtl: Milliseconds
  absoluteTtl: Milliseconds
  leeway: Milliseconds
  /** Called in the transaction that ends a session for reuse: the user is told by mail. */
  onReuse: (tx: Queryable, reused: store.SessionWithAccount, origin: DeviceOrigin) => Promise<void>
  /** Called when a refresh was answered without rotating; throws `rate_limited` in a flood. */
  onRetry: (id: Uint8Array) => void
}

/** A decision is obeyed by a conditional write; when another request was faster, it is taken anew. */
const mostDecisions = 8

export function createSessions(options: SessionsOptions): Sessions {
  const { db, ring, ports, revocations, audit, leeway } = options
  const rotate = store.createRotate(db)

  return {
    start,
    refresh,
    stepUp,
    identify,
    find,
    devices,
    end,
    endAll,
    endAllWithin,
    raiseEpochsWithin,
    fence,
  }

  async function start(input: StartSession): Promise<OpenSession> {
    const secret = ports.randomBytes(16)
    const row = newRow(input, secret)
    // Durable before its first token leaves.
    const started = await db.transaction(async (tx) => {
      if (!(await store.lockEnabledUser(tx, row.user_id))) return null
      if (!(await input.stillValid(tx))) return null
      await store.insertSession(tx, row)
      return await store.findSession(tx, row.id)
    })
    if (!started) throw new AuthError('invalid_credentials', { log: { reason: 'changed during sign-in' } })
    const { account, changes } = started
    audit.record({
      kind: 'session.started',
      ...about(row),
      ...input.origin,
      detail: { amr: input.authentication.amr },
    })
    return { account, session: row, changes, refreshToken: mint(row, secret) }
  }

  function newRow(
    { userId, authentication, origin, persistent = true }: StartSession,
    secret: Uint8Array,
  ): SessionRow {
    const now = ports.now()
    return {
      id: uuidV7(ports),
      user_id: parseUuid(userId),
      client_id: null,
      secret_hash: hashSecret(secret),
      generation: 0,
      rotated_at: now,
      attempt: null,
      fenced_at: null,
      before_fence: null,
      authenticated_at: authentication.authenticatedAt,
      amr: authentication.amr.join(' '),
      aal: authentication.aal,
      epoch: 0,
      persistent: persistent ? 1 : 0,
      idle_ttl: options.idleTtl,
      expires_at: now + options.absoluteTtl,
      user_agent: origin.userAgent,
      ip: origin.ip,
      label: deviceLabel(origin.userAgent),
      created_at: now,
      revoked_at: null,
      revoke_reason: null,
    }
  }

  async function refresh(input: RefreshInput): Promise<OpenSession> {
    if (input.tokens.length === 0) throw new AuthError('no_session')
    const claims = newest(input.tokens)
    if (!claims) throw new AuthError('refresh_token_invalid')
    const secretHash = hashSecret(claims.secret)
    const { attempt, clientId } = input
    for (let decisions = 0; decisions < mostDecisions; decisions++) {
      const now = ports.now()
      const { sessionId: id, generation } = claims
      const rotated = await rotate({ id, generation, secretHash, attempt, clientId, now, leeway })
      if (rotated) return open(rotated, claims)
      const found = await store.findSession(db, id)
      // A genuine token without a row: the session was cleaned up, or its start was lost with a backup.
      if (!found) throw new AuthError('session_expired', { log: { session: formatUuid(id) } })
      const answer = await obey(decide(found, claims, secretHash, input), found, claims, input)
      if (answer) return open(answer, claims)
    }
    throw new AuthError('unavailable', {
      retryAfter: 1,
      log: { reason: 'the session changed under every decision' },
    })
  }

  /** The cookies of both parities may be of different sessions: the newest session's highest generation counts. */
  function newest(tokens: readonly string[]): RefreshClaims | null {
    const genuine = tokens.flatMap((token) => verifyRefreshToken(ring, token) ?? [])
    genuine.sort((a, b) => Buffer.compare(b.sessionId, a.sessionId) || b.generation - a.generation)
    return genuine[0] ?? null
  }

  function decide(
    { session, account }: store.SessionWithAccount,
    claims: RefreshClaims,
    secretHash: Uint8Array,
    input: RefreshInput,
  ): RefreshDecision {
    const state = {
      generation: session.generation,
      rotatedAt: session.rotated_at,
      fencedAt: session.fenced_at,
      attempt: session.attempt,
      revokedAt: session.revoked_at,
      expiresAt: session.expires_at,
      idleTtl: session.idle_ttl,
      userDisabled: account.disabledAt !== null,
    }
    const presented = {
      generation: claims.generation,
      secretMatches: timingSafeEqual(session.secret_hash, secretHash),
      clientMatches: session.client_id === input.clientId,
      attemptMatches: isSameAttempt(session.attempt, input.attempt),
      bindingProven: input.bindingProven ?? false,
    }
    return decideRefresh(state, presented, ports.now(), { leeway })
  }

  /** Null when the session changed meanwhile. */
  async function obey(
    decision: RefreshDecision,
    found: store.SessionWithAccount,
    claims: RefreshClaims,
    input: RefreshInput,
  ): Promise<store.SessionWithAccount | null> {
    const { session } = found
    switch (decision.outcome) {
      case 'refused':
        throw new AuthError(decision.code, { log: { session: sessionIdOf(session) } })
      case 'rotate':
        return null
      case 'current':
        options.onRetry(session.id)
        return found
      case 'retry':
        options.onRetry(session.id)
        await noteRetry(session, input.attempt, decision.restartLeeway)
        return found
      case 'superseded':
        options.onRetry(session.id)
        return await supersede(found)
      case 'fast_forward':
        return await fastForward(found, claims, decision.generation, input.attempt)
      case 'reuse':
        return await endForReuse(found, claims, input)
    }
  }

  async function noteRetry(
    session: SessionRow,
    attempt: Uint8Array | null,
    restartLeeway: boolean,
  ): Promise<void> {
    if (restartLeeway) await store.noteRetry(db.relaxed, session, { now: ports.now() })
    else if (attempt && !isSameAttempt(session.attempt, attempt))
      await store.noteRetry(db.relaxed, session, { attempt })
  }

  /** A predecessor came right after a fence: it gets the current token, and the elevation goes, for whoever brought it. */
  async function supersede(found: store.SessionWithAccount): Promise<store.SessionWithAccount | null> {
    const { session } = found
    if (session.before_fence === null) return found
    const before = JSON.parse(session.before_fence) as Authentication
    const { withdrawn, entries } = await db.transaction(async (tx) => {
      const withdrawn = await store.withdrawElevation(tx, session, before)
      if (!withdrawn) return { withdrawn, entries: [] }
      return { withdrawn, entries: await revocations.append(tx, [epochOf(session.id, session.epoch)]) }
    })
    revocations.remember(entries)
    audit.record({ kind: 'session.superseded', ...about(session) })
    return withdrawn && { ...found, session: withdrawn }
  }

  async function fastForward(
    found: store.SessionWithAccount,
    claims: RefreshClaims,
    to: number,
    attempt: Uint8Array | null,
  ): Promise<store.SessionWithAccount | null> {
    const { session } = found
    const now = ports.now()
    // Where the presented generation itself is taken on, the attempt that led to it was lost with the commit.
    const change = { to, now, attempt: to > claims.generation ? attempt : null }
    if (!(await store.moveGeneration(db.relaxed, session, change))) return null
    const detail = { from: session.generation, to }
    audit.record({ kind: 'session.fast_forwarded', ...about(session), detail })
    return { ...found, session: { ...session, generation: to, rotated_at: now, attempt: change.attempt } }
  }

  async function endForReuse(
    found: store.SessionWithAccount,
    claims: RefreshClaims,
    { origin }: RefreshInput,
  ): Promise<null> {
    const { session } = found
    const ended = await endWith(async (tx) => {
      const { id, generation } = session
      const rows = await store.endReusedSession(tx, {
        id,
        generation,
        now: ports.now(),
        reason: 'refresh_token_reused',
      })
      if (rows.length > 0) await options.onReuse(tx, found, origin)
      return rows
    })
    if (ended === 0) return null
    const log = {
      session: sessionIdOf(session),
      generation: session.generation,
      presented: claims.generation,
    }
    audit.record({ kind: 'session.reuse_detected', ...about(session), ...origin, detail: log })
    throw new AuthError('refresh_token_reused', { log })
  }

  async function stepUp(input: StepUp): Promise<OpenSession> {
    const claims = newest(input.tokens)
    if (!claims || formatUuid(claims.sessionId) !== input.sessionId) throw new AuthError('no_session')
    const { raised, outdated, entries } = await db.transaction(async (tx) => {
      const found = await store.findSession(tx, claims.sessionId)
      if (!found || !isHolder(found, claims)) return { raised: null, outdated: false, entries: [] }
      if (found.session.generation > claims.generation) return { raised: null, outdated: true, entries: [] }
      const session = await store.raiseFence(tx, found.session, fenceOf(found.session, claims, input))
      if (!session) return { raised: null, outdated: true, entries: [] }
      const more = (await input.within?.(tx)) ?? []
      return { raised: { ...found, session }, outdated: false, entries: await revocations.append(tx, more) }
    })
    // A fence above a generation that is still on its way to the client would make that one look like a replay.
    if (outdated) throw new AuthError('refresh_token_outdated')
    if (!raised) throw new AuthError('session_revoked')
    revocations.remember(entries)
    audit.record({ kind: 'session.stepped_up', ...about(raised.session) })
    return open(raised, claims)
  }

  /** Whether the token is of a live session, whatever its generation. */
  function isHolder({ session, account }: store.SessionWithAccount, claims: RefreshClaims): boolean {
    return (
      session.revoked_at === null &&
      account.disabledAt === null &&
      session.expires_at > ports.now() &&
      session.rotated_at + session.idle_ttl > ports.now() &&
      timingSafeEqual(session.secret_hash, hashSecret(claims.secret))
    )
  }

  function fenceOf(
    session: SessionRow,
    claims: RefreshClaims,
    { authentication, attempt }: StepUp,
  ): store.Fence {
    // A token from the future is one whose commit was lost: the fence stands above it, too.
    const to = Math.max(session.generation, claims.generation) + 1
    const before = authenticationOf(session)
    const raised = authentication && {
      amr: [...new Set([...before.amr, ...authentication.amr])],
      aal: Math.max(before.aal, authentication.aal),
      authenticatedAt: authentication.authenticatedAt,
    }
    return {
      ...(raised ?? before),
      to,
      before: raised && beforeFence(session, before),
      attempt,
      now: ports.now(),
    }
  }

  /** Of fences that follow each other within the leeway, all are withdrawn at once: a predecessor inherits none. */
  function beforeFence({ before_fence, fenced_at }: SessionRow, present: Authentication): string {
    const followsClosely = fenced_at !== null && ports.now() - fenced_at <= leeway
    return followsClosely && before_fence !== null ? before_fence : JSON.stringify(present)
  }

  async function identify(tokens: readonly string[]): Promise<store.SessionWithAccount | null> {
    const claims = newest(tokens)
    const found = claims && (await store.findSession(db, claims.sessionId))
    if (!found || !timingSafeEqual(found.session.secret_hash, hashSecret(claims.secret))) return null
    return found
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
    const rows = await store.endSessionsOfUser(tx, {
      userId: parseUuid(userId),
      now: ports.now(),
      reason,
      except: except && parseUuid(except),
    })
    return rows.map(asRevoked)
  }

  async function raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]> {
    const rows = await store.raiseEpochsOfUser(tx, parseUuid(userId))
    return rows.map(({ id, epoch }) => epochOf(id, epoch - 1))
  }

  async function fence(before: Instant): Promise<number> {
    return await endWith((tx) =>
      store.endSessionsBefore(tx, { before, now: ports.now(), reason: 'fenced_after_restore' }),
    )
  }

  /** Durable, and refused by this process, before the caller is answered. Returns how many ended. */
  async function endWith(ending: (tx: Queryable) => Promise<{ id: Uint8Array }[]>): Promise<number> {
    const entries: RevocationRow[] = await db.transaction(async (tx) => {
      const rows = await ending(tx)
      return await revocations.append(tx, rows.map(asRevoked))
    })
    revocations.remember(entries)
    return entries.length
  }

  function open(
    { session, account, changes }: store.LiveWithAccount,
    { secret }: RefreshClaims,
  ): OpenSession {
    return { session, account, changes, refreshToken: mint(session, secret) }
  }

  function mint({ id, generation }: LiveSession, secret: Uint8Array): string {
    return mintRefreshToken(ring, { sessionId: id, generation, secret })
  }
}

const isSameAttempt = (known: Uint8Array | null, presented: Uint8Array | null): boolean =>
  known !== null &&
  presented !== null &&
  known.length === presented.length &&
  timingSafeEqual(known, presented)

const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({ kind: 'session', subject: formatUuid(id) })

/** Tokens of one session with one epoch. */
const epochOf = (id: Uint8Array, epoch: number): Revoked => ({
  kind: 'epoch',
  subject: `${formatUuid(id)}:${epoch}`,
})

const about = (row: LiveSession): { userId: UserId; sessionId: SessionId } => ({
  userId: userIdOf(row),
  sessionId: sessionIdOf(row),
})
