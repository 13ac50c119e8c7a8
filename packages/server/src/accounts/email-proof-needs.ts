import { type Instant, type SessionId, type UserId } from '@latchkey/contract'
import { type Database, type Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { AddressUndo } from './address-undo.ts'
import type { Credentials } from './credentials.ts'

export interface Prover {
  isMaker: (userId: UserId) => boolean
  ip: string | null
}

/** True if the user has a second factor that counts. */
export type HasSecondFactor = (tx: Queryable, userId: UserId) => Promise<boolean>

/** The payload of a link that confirms a new address, including the session that asked. */
export interface AskedChange {
  from: string
  to: string
  at: Instant
  sid: SessionId
}

export interface EmailProofNeeds {
  db: Database
  ports: Ports
  challenges: Challenges
  events: AccountEvents
  credentials: Credentials
  addressUndo: AddressUndo
  outbox: Outbox
  mails: Mails
  revocations: RevocationLog
  audit: Audit
  /** True if the user has a second factor; step-up then requires it. */
  hasSecondFactor: HasSecondFactor
}
