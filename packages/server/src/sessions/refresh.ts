import type { ErrorCode, Milliseconds } from '@latchkey/contract'
import { isEqual } from '../core/bytes.ts'
import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import {
  type Binding,
  type Evidence,
  isProven,
  isSkipped,
  kindOf,
  type Shown,
  shownFor,
} from './bindings/binding.ts'
import type { DeviceCookie } from './bindings/device-cookie.ts'
import type { SecretRing } from '../core/secrets/keyring.ts'
import type { Ports } from '../core/ports/ports.ts'
import { formatUuid } from '../core/ports/uuid.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { hashSecret, type RefreshClaims } from './tokens/refresh-token.ts'
import { epochsUpTo } from './revoke.ts'
import type { Reuse } from './reuse.ts'
import { about, type DeviceOrigin, newestOf, openSession, type OpenTokenSession } from './open-session.ts'
import { decideRefresh, type RefreshDecision } from './rotation.ts'
import { requireTime } from './require-time.ts'
import { type LiveSession, sessionIdOf, type SessionRow } from './session.ts'
import { createEndForgotten } from './forgotten.ts'
import { beforeFence, compare, isSameAttempt, stateOf } from './standing.ts'
import * as store from './store.ts'

export interface RefreshInput {
  /** Every refresh token that came along; the newest session's highest generation counts. */
  tokens: readonly string[]
  /** 16 bytes that the client repeats on every try of the same refresh. */
  attempt: Uint8Array | null
  /** Null for first-party sessions. */
  clientId: string | null
  /** What the request shows beside the tokens: a session that is bound to a key asks for it. */
  evidence?: Evidence
  origin: DeviceOrigin
}

/** The whole of the refresh protocol. Throws AuthError with one of the six sign-out codes, or `rate_limited`. */
export type Refresh = (input: RefreshInput) => Promise<OpenTokenSession>

export interface RefreshOptions {
  db: Database
  ring: SecretRing
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  leeway: Milliseconds
  deviceCookie: DeviceCookie
  reuse: Reuse
  /** Called when a refresh was answered without rotating; throws `rate_limited` in a flood. */
  onRetry: (id: Uint8Array) => void
  /** Told how a refresh went: `rotated`, or the outcome of the decision. */
  onOutcome: (outcome: string) => void
}

/** A decision is obeyed by a conditional write; when another request was faster, it is taken anew. */
const mostDecisions = 8

export function createRefresh(options: RefreshOptions): Refresh {
  const { db, ring, ports, revocations, audit, leeway, reuse } = options
  const rotate = store.createRotate(db)
  const endForgotten = createEndForgotten(options)

  return refresh

  async function refresh(input: RefreshInput): Promise<OpenTokenSession> {
    if (input.tokens.length === 0) throw new AuthError('no_session')
    const claims = newestOf(ring, input.tokens)
    if (!claims) throw new AuthError('refresh_token_invalid')
    await endForgotten(db, claims.sessionId)
    const secretHash = hashSecret(claims.secret)
    const { attempt, clientId } = input
    const shown = shownFor(claims.sessionId, input.evidence, options.deviceCookie)
    const bindings = { keyBinding: shown.key, deviceBinding: shown.device }
    const jkt = input.evidence?.provenKey ?? null
    for (let decisions = 0; decisions < mostDecisions; decisions++) {
      const now = ports.now()
      const { sessionId: id, generation } = claims
      const rotated = await rotate({
        id,
        generation,
        secretHash,
        attempt,
        clientId,
        now,
        leeway,
        ...bindings,
      })
      if (rotated) {
        options.onOutcome('rotated')
        if (shown.device !== null && rotated.session.binding === null)
          await settle(rotated.session, shown.device)
        return openSession(ring, rotated, claims.secret, jkt)
      }
      const found = await store.findSession(db, id)
      // A genuine token without a row: the session was cleaned up, or its start was lost with a backup.
      if (!found) {
        requireTime(ports)
        throw new AuthError('session_expired', { log: { session: formatUuid(id) } })
      }
      const decision = decide(found, claims, secretHash, input, shown)
      const answer = await obey(decision, found, claims, input).catch((error: unknown) => {
        options.onOutcome(decision.outcome)
        throw error
      })
      if (answer) {
        options.onOutcome(decision.outcome)
        return openSession(ring, answer, claims.secret, jkt)
      }
    }
    throw new AuthError('unavailable', {
      retryAfter: 1,
      log: { reason: 'the session changed under every decision' },
    })
  }

  function decide(
    found: store.SessionWithAccount,
    { generation }: RefreshClaims,
    secretHash: Uint8Array,
    { attempt, clientId }: RefreshInput,
    shown: Shown,
  ): RefreshDecision {
    const credential = { kind: 'refresh_token', generation, secretHash, clientId, attempt, shown } as const
    const presented = compare(found.session, credential)
    return decideRefresh(stateOf(found), presented, ports.now(), { leeway })
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
        if (decision.code === 'session_expired') requireTime(ports)
        throw refuse(decision.code, found, claims, input)
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

  /** A browser has registered a key, and has now shown that the answer arrived: from here on it is asked for. */
  async function settle(session: LiveSession, device: Binding): Promise<void> {
    const isFirst = await store.bindSession(db, session.id, device)
    session.binding = device
    if (isFirst) audit.record({ kind: 'session.bound', ...about(session), detail: { binding: 'dbsc' } })
  }

  function refuse(
    code: ErrorCode,
    { session }: store.SessionWithAccount,
    { secret }: RefreshClaims,
    { origin, evidence }: RefreshInput,
  ): AuthError {
    const shown = shownFor(session.id, evidence, options.deviceCookie)
    const log = { session: sessionIdOf(session) }
    if (isProven(session.binding, shown) || !isEqual(session.secret_hash, hashSecret(secret)))
      return new AuthError(code, { log })
    options.onRetry(session.id)
    // Nobody is signed out because the device or the network was slow once: the next try will bring its cookie.
    if (isSkipped(evidence) && kindOf(session.binding) === 'dbsc')
      return new AuthError('unavailable', {
        retryAfter: 5,
        log: { ...log, reason: 'the browser skipped its proof' },
      })
    const detail = { binding: kindOf(session.binding) }
    audit.record({ kind: 'session.binding_refused', ...about(session), ...origin, detail })
    return new AuthError(code, { log: { ...log, reason: 'its key is not proven' } })
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
    const before = beforeFence(session)
    const { withdrawn, entries } = await db.transaction(async (tx) => {
      const withdrawn = await store.withdrawElevation(tx, session, before)
      if (!withdrawn) return { withdrawn, entries: [] }
      return { withdrawn, entries: await revocations.append(tx, epochsUpTo(session.id, session.epoch)) }
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
    { generation: presented }: RefreshClaims,
    { origin }: RefreshInput,
  ): Promise<null> {
    if (!(await reuse.end({ found, presented }, origin))) return null
    const { session } = found
    const log = { session: sessionIdOf(session), generation: session.generation, presented }
    throw new AuthError('refresh_token_reused', { log })
  }
}
