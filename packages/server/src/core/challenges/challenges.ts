import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import type { Keyring } from '../secrets/keyring.ts'
import { type ByCode, createByCode } from './by-code.ts'
import { type ByTicket, createByTicket } from './by-ticket.ts'
import { type ByToken, createByToken } from './by-token.ts'
import type { ChallengePurpose } from './purpose.ts'
import { outliveUser } from './store.ts'

/** Secrets that were sent to somebody and can be used once. */
export interface Challenges extends ByToken, ByCode, ByTicket {
  /** Keeps those of this user beyond the user's deletion. */
  outlive(tx: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<void>
}

export function createChallenges(ring: Keyring, ports: Ports): Challenges {
  const services = { ring, ports }
  return {
    ...createByToken(services),
    ...createByCode(services),
    ...createByTicket(services),
    outlive: outliveUser,
  }
}
