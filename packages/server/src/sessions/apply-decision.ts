import { originOf } from '../core/request/request-context.ts'
import type { ErrorCode } from '@latchkey/contract'
import { isEqual } from '../core/bytes.ts'
import { AuthError } from '../core/auth-error.ts'
import { isBindingProven, isSkipped, kindOf, proofsFor } from './bindings/binding.ts'
import { hashSecret, type RefreshClaims } from './tokens/refresh-token.ts'
import { epochsUpTo } from './revoke.ts'
import { auditSubject } from './open-session.ts'
import { type RefreshDecision } from './rotation.ts'
import { requireTime } from './require-time.ts'
import { sessionIdOf, type SessionRow } from './session.ts'
import { beforeFence, isSameAttempt } from './standing.ts'
import * as store from './store.ts'
import type { RefreshInput, RefreshNeeds } from './refresh-needs.ts'

/** Null when the session changed meanwhile. */
export async function applyDecision(
  services: RefreshNeeds,
  decision: RefreshDecision,
  found: store.SessionWithAccount,
  claims: RefreshClaims,
  input: RefreshInput,
): Promise<store.SessionWithAccount | null> {
  const { ports } = services
  const { session } = found
  switch (decision.outcome) {
    case 'refused':
      if (decision.code === 'session_expired') requireTime(ports)
      throw refuse(services, decision.code, found, claims, input)
    case 'rotate':
      return null
    case 'current':
      services.onRetry(session.id)
      return found
    case 'retry':
      services.onRetry(session.id)
      await noteRetry(services, session, input.attempt, decision.restartLeeway)
      return found
    case 'superseded':
      services.onRetry(session.id)
      return await supersede(services, found)
    case 'fast_forward':
      return await fastForward(services, found, claims, decision.generation, input.attempt)
    case 'reuse':
      return await endForReuse(services, found, claims, input)
  }
}

function refuse(
  services: RefreshNeeds,
  code: ErrorCode,
  { session }: store.SessionWithAccount,
  { secret }: RefreshClaims,
  { origin, presentedProofs }: RefreshInput,
): AuthError {
  const { audit } = services
  const proofs = proofsFor(session.id, presentedProofs, services.deviceCookie)
  const log = { session: sessionIdOf(session) }
  if (isBindingProven(session.binding, proofs) || !isEqual(session.secret_hash, hashSecret(secret)))
    return new AuthError(code, { log })
  services.onRetry(session.id)
  // One slow device or network signs nobody out: the next try will bring its cookie.
  if (isSkipped(presentedProofs) && kindOf(session.binding) === 'dbsc')
    return new AuthError('unavailable', {
      retryAfter: 5,
      log: { ...log, reason: 'the browser skipped its proof' },
    })
  const detail = { binding: kindOf(session.binding) }
  audit.record({ kind: 'session.binding_refused', ...auditSubject(session), ...originOf(origin), detail })
  return new AuthError(code, { log: { ...log, reason: 'its key is not proven' } })
}

async function noteRetry(
  services: RefreshNeeds,
  session: SessionRow,
  attempt: Uint8Array | null,
  restartLeeway: boolean,
): Promise<void> {
  const { db, ports } = services
  if (restartLeeway) await store.noteRetry(db.relaxed, session, { now: ports.now() })
  else if (attempt && !isSameAttempt(session.attempt, attempt))
    await store.noteRetry(db.relaxed, session, { attempt })
}

/**
 * Serves a predecessor that came right after a fence: it gets the current token, and the elevation is withdrawn for
 * all.
 */
async function supersede(
  services: RefreshNeeds,
  found: store.SessionWithAccount,
): Promise<store.SessionWithAccount | null> {
  const { db, revocations, audit } = services
  const { session } = found
  if (session.before_fence === null) return found
  const before = beforeFence(session)
  const { withdrawn, entries } = await db.transaction(async (tx) => {
    const withdrawn = await store.withdrawElevation(tx, session, before)
    if (!withdrawn) return { withdrawn, entries: [] }
    return { withdrawn, entries: await revocations.append(tx, epochsUpTo(session.id, session.epoch)) }
  })
  revocations.remember(entries)
  audit.record({ kind: 'session.superseded', ...auditSubject(session) })
  return withdrawn && { ...found, session: withdrawn }
}

async function fastForward(
  services: RefreshNeeds,
  found: store.SessionWithAccount,
  claims: RefreshClaims,
  to: number,
  attempt: Uint8Array | null,
): Promise<store.SessionWithAccount | null> {
  const { db, ports, audit } = services
  const { session } = found
  const now = ports.now()
  // If the presented generation itself is taken on, the attempt that led to it was lost with the commit.
  const change = { to, now, attempt: to > claims.generation ? attempt : null }
  if (!(await store.moveGeneration(db.relaxed, session, change))) return null
  const detail = { from: session.generation, to }
  audit.record({ kind: 'session.fast_forwarded', ...auditSubject(session), detail })
  return { ...found, session: { ...session, generation: to, rotated_at: now, attempt: change.attempt } }
}

async function endForReuse(
  services: RefreshNeeds,
  found: store.SessionWithAccount,
  { generation: presented }: RefreshClaims,
  { origin }: RefreshInput,
): Promise<null> {
  const { reuse } = services
  if (!(await reuse.end({ found, presented }, origin))) return null
  const { session } = found
  const log = { session: sessionIdOf(session), generation: session.generation, presented }
  throw new AuthError('refresh_token_reused', { log })
}
