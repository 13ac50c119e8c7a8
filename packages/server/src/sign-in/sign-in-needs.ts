import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { KnownDevices } from '../core/limits/known-device.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { FactorMethod } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Sessions } from '../sessions/service.ts'
import type { SecondFactorPolicy } from './policy.ts'
import { type BeginSession } from './begin-session.ts'
import { type Tickets } from './tickets.ts'
import type { ReadUserFactors } from './user-factors.ts'
import type { TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'
import type { Guesses } from '../core/limits/guesses.ts'

/** The dependencies of signing in. */
export interface SignInOptions {
  db: Database
  ports: Ports
  challenges: Challenges
  limits: Limits
  knownDevices: KnownDevices
  sessions: Sessions
  audit: Audit
  tickets: Tickets
  trustedDevices: TrustedDevices
  policy: SecondFactorPolicy
  readUserFactors: ReadUserFactors
  beginSession: BeginSession
  methods: readonly FactorMethod[]
}

export interface SignInNeeds extends SignInOptions {
  /** Tries of one account, at sign-in and within a session. */
  guesses: Guesses
}
