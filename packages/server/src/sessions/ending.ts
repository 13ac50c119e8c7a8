import type { Instant, Milliseconds, UserId } from '@latchkey/contract'
import { formatUuid, parseUuid } from '../core/ports/uuid.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { Queryable } from '../db/database.ts'
import type { Happening, Holder } from '../identity/events/holder.ts'
import { asRevoked, epochsUpTo, inBrief } from './revoke.ts'
import * as store from './store.ts'
import { removeTrustedDevices } from './trusted-devices/store.ts'

/** Ends what the sessions of a user comprise: the sessions themselves, their access tokens, and trusted browsers. */
export function createSessionHolder(ports: Ports, leeway: Milliseconds): Holder {
  return {
    async sessions(tx, effect, happening) {
      const rows =
        effect === 'this ends' ? await endThis(tx, happening) : await endMany(tx, effect, happening)
      return inBrief(happening.account.id, rows.map(asRevoked))
    },
    tokens: async (tx, _, { account }) =>
      await refuseTokensOf(tx, parseUuid(account.id), ports.now() + leeway),
    trustedBrowsers: async (tx, _, { account }) => void (await removeTrustedDevices(tx, account.id)),
  }

  async function endThis(tx: Queryable, { sessionId, reason }: Happening): Promise<{ id: Uint8Array }[]> {
    if (sessionId === null) return []
    return await store.endSession(tx, { id: parseUuid(sessionId), now: ports.now(), reason })
  }

  async function endMany(
    tx: Queryable,
    effect: 'others end' | 'all end',
    { account, sessionId, reason }: Happening,
  ): Promise<{ id: Uint8Array }[]> {
    const except = effect === 'others end' && sessionId !== null ? parseUuid(sessionId) : undefined
    const userId = parseUuid(account.id)
    return await store.endSessionsOfUser(tx, { userId, now: ports.now(), reason, except })
  }
}

/**
 * Revokes the access tokens issued for the user's live sessions; the sessions go on, and get new tokens by a refresh. A
 * cookie whose successor was seen is known until `until` at the latest.
 */
export async function refuseTokensOf(tx: Queryable, userId: Uint8Array, until: Instant): Promise<Revoked[]> {
  const rows = await store.raiseEpochsOfUser(tx, userId, until)
  const revoked = rows.flatMap(({ id, epoch }) => epochsUpTo(id, epoch - 1))
  return [...inBrief(formatUuid(userId) as UserId, revoked)]
}
