import { AuthError } from '../core/auth-error.ts'
import { requirePresent } from '../core/request/incoming.ts'
import { type BindingProofs, proofsFor } from './bindings/binding.ts'
import { formatUuid } from '../core/ports/uuid.ts'
import { hashSecret, type RefreshClaims } from './tokens/refresh-token.ts'
import { newestOf, openSession, type OpenTokenSession } from './open-session.ts'
import { decideRefresh, type RefreshDecision } from './rotation.ts'
import { requireTime } from './require-time.ts'
import { compare, stateOf } from './standing.ts'
import * as store from './store.ts'
import { applyDecision } from './apply-decision.ts'
import { bindPendingDevice } from './bind-pending-device.ts'
import { createEndForgotten } from './forgotten.ts'
import type { RefreshInput, RefreshNeeds, RefreshOptions } from './refresh-needs.ts'

/** The whole of the refresh protocol. Throws AuthError with one of the six sign-out codes, or `rate_limited`. */
export type Refresh = (input: RefreshInput) => Promise<OpenTokenSession>

/** A decision is applied by a conditional write; when another request was faster, it is taken anew. */
const mostDecisions = 8

export function createRefresh(options: RefreshOptions): Refresh {
  const services = {
    ...options,
    rotate: store.createRotate(options.db),
    endForgotten: createEndForgotten(options),
  }
  return (input) => refresh(services, input)
}

async function refresh(services: RefreshNeeds, input: RefreshInput): Promise<OpenTokenSession> {
  const { db, ring, ports, leeway, rotate, endForgotten } = services
  if (input.tokens.length === 0) throw new AuthError('no_session')
  const claims = newestOf(ring, input.tokens)
  if (!claims) throw new AuthError('refresh_token_invalid')
  await endForgotten(db, claims.sessionId)
  const secretHash = hashSecret(claims.secret)
  const { attempt, clientId } = input
  const proofs = proofsFor(claims.sessionId, input.presentedProofs, services.deviceCookie)
  const bindings = { keyBinding: proofs.key, deviceBinding: proofs.device }
  const jkt = input.presentedProofs?.provenKey ?? null
  for (let decisions = 0; decisions < mostDecisions; decisions++) {
    requirePresent(input.origin)
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
      services.onOutcome('rotated')
      if (proofs.device !== null && rotated.session.binding === null)
        await bindPendingDevice(services, rotated.session, proofs.device)
      return openSession(ring, rotated, claims.secret, jkt)
    }
    const found = await store.findSession(db, id)
    // A genuine token without a row: the session was cleaned up, or its start was lost with a backup.
    if (!found) {
      requireTime(ports)
      throw new AuthError('session_expired', { log: { session: formatUuid(id) } })
    }
    const decision = decide(services, found, claims, secretHash, input, proofs)
    const answer = await applyDecision(services, decision, found, claims, input).catch((error: unknown) => {
      services.onOutcome(decision.outcome)
      throw error
    })
    if (answer) {
      services.onOutcome(decision.outcome)
      return openSession(ring, answer, claims.secret, jkt)
    }
  }
  throw new AuthError('unavailable', {
    retryAfter: 1,
    log: { reason: 'the session changed under every decision' },
  })
}

function decide(
  services: RefreshNeeds,
  found: store.SessionWithAccount,
  { generation }: RefreshClaims,
  secretHash: Uint8Array,
  { attempt, clientId }: RefreshInput,
  proofs: BindingProofs,
): RefreshDecision {
  const { ports, leeway } = services
  const credential = { kind: 'refresh_token', generation, secretHash, clientId, attempt, proofs } as const
  const presented = compare(found.session, credential)
  return decideRefresh(stateOf(found), presented, ports.now(), { leeway })
}
