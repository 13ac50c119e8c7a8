import { lockUser } from '../identity/users/locks.ts'
import type { About } from '../identity/events/account-events.ts'
import { endPendingBefore } from '../identity/events/pending.ts'
import { type AccountEvent, type Told } from '../identity/events/table.ts'
import type { Account } from '../identity/users/account.ts'
import type { Instant, SessionId, UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { removeTrustedDevicesBefore } from './trusted-devices/store.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import { endInBatches } from '../core/revocations/in-batches.ts'
import type { Revoked } from '../core/revocations/log.ts'
import { refuseTokensOf } from './ending.ts'
import { asRevoked } from './revoke.ts'
import * as store from './store.ts'
import type { SessionNeeds } from './session-needs.ts'

/** Events that end sessions and come of nothing else. */
export type EndsOne = Extract<AccountEvent, 'logged_out' | 'session_ended' | 'session_ended_by_admin'>
export type EndsMany = Extract<
  AccountEvent,
  'others_logged_out' | 'all_logged_out' | 'sessions_ended_by_admin'
>

/** The details of an event that tells the user; none for other events. */
export type Tell<Event extends AccountEvent> = [Told<Event>] extends [never]
  ? []
  : [compose: (account: Account) => About<Event>]

/** Number of sessions looked at together. */
const batch = 500

export async function end<Event extends EndsOne>(
  services: SessionNeeds,
  id: SessionId,
  event: Event,
  ...[compose]: Tell<Event>
): Promise<boolean> {
  const { db } = services
  // Finds more than live sessions: one that has expired, or whose user is disabled, can be ended as well.
  const found = await store.findSession(db, parseUuid(id))
  return found?.session.revoked_at === null && (await endBy(services, found.account.id, event, compose, id))
}

export async function endAll<Event extends EndsMany>(
  services: SessionNeeds,
  { userId, except }: { userId: UserId; except?: SessionId },
  event: Event,
  ...[compose]: Tell<Event>
): Promise<boolean> {
  return await endBy(services, userId, event, compose, except ?? null)
}

/** Ends sessions: durable, and refused by this process, before the caller is answered. */
async function endBy<Event extends EndsOne | EndsMany>(
  services: SessionNeeds,
  userId: UserId,
  event: Event,
  compose: Tell<Event>[0],
  sessionId: SessionId | null,
): Promise<boolean> {
  const { db, revocations, events } = services
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

export async function raiseEpochsWithin(
  services: SessionNeeds,
  tx: Queryable,
  userId: UserId,
): Promise<Revoked[]> {
  const { ports } = services
  return await refuseTokensOf(tx, parseUuid(userId), ports.now() + services.leeway)
}

export async function revokeBefore(services: SessionNeeds, before: Instant): Promise<number> {
  const { db, ports, revocations } = services
  await db.transaction(async (tx) => {
    await removeTrustedDevicesBefore(tx, before)
    await endPendingBefore(tx, before)
  })
  const ending = { before, now: ports.now(), reason: 'database_restored' } as const
  return await endInBatches(db, revocations, {
    end: (tx, page) => store.endSessionsBefore(tx, { ...ending, ...page }),
    asRevoked,
  })
}

export async function endRemembered(services: SessionNeeds): Promise<number> {
  const { db, endForgotten } = services
  let ended = 0
  let page = await store.listLiveIds(db, { after: new Uint8Array(0), limit: batch })
  while (page.length > 0) {
    for (const { id } of page) if (await endForgotten(db, id)) ended++
    page = await store.listLiveIds(db, { after: page.at(-1)!.id, limit: batch })
  }
  return ended
}
