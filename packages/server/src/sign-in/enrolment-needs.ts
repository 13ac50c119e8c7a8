import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Factor } from './factor.ts'
import type { FactorMethod } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { type BeginSession } from './begin-session.ts'
import type { SecondFactors } from './second-factors.ts'
import { type Tickets } from './tickets.ts'

/** The state of an enrolment at sign-in. */
export interface WaitingEnrolment {
  /** The factors that can be enrolled. */
  factors: string[]
  /** The last question asked; null before the first. */
  pendingChallenge: { factor: string; options: Record<string, unknown> } | null
}

export interface Enrolled {
  /** Shown this once; null if there are some already. */
  recoveryCodes: string[] | null
}

export type Enrollable = Factor & Required<Pick<Factor, 'enrolment'>>

export interface EnrolmentNeeds {
  db: Database
  ports: Ports
  challenges: Challenges
  limits: Limits
  revocations: RevocationLog
  outbox: Outbox
  audit: Audit
  tickets: Tickets
  secondFactors: SecondFactors
  beginSession: BeginSession
  methods: readonly FactorMethod[]
}
