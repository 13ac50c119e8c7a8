import type { Ports } from '../../core/ports/ports.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import type { Holder } from '../../identity/events/holder.ts'
import { endKeysOfUser } from './store.ts'

/** A user's keys end if the account may have been in other hands, or is disabled or deleted. */
export const createApiKeyHolder = (ports: Ports): Holder => ({
  async apiKeys(tx, _, { account, reason }) {
    return (await endKeysOfUser(tx, { userId: account.id, now: ports.now(), reason })).map(asRevoked)
  },
})

/** Access tokens name the key as their client. */
export const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({
  kind: 'client',
  subject: formatUuid(id),
})
