import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import type { Enrolments } from './assurance/enrolments.ts'
import type { SecondFactorPolicy } from './assurance/policy.ts'
import type { SecondFactors } from './assurance/second-factors.ts'
import type { SignIn } from './assurance/sign-in.ts'
import type { TrustedDevices } from './assurance/trusted-devices.ts'
import type { Audit } from './audit/audit.ts'
import type { AskedChallenges } from './challenges/asked-challenges.ts'
import type { Challenges } from './challenges/challenges.ts'
import type { CodeGuesses } from './challenges/code-guesses.ts'
import type { FactorCodes } from './challenges/factor-codes.ts'
import type { SecretRing } from './keys/secret-ring.ts'
import type { Vault } from './keys/vault.ts'
import type { KnownDevices } from './limits/known-device.ts'
import type { Limits } from './limits/limits.ts'
import type { Log } from './log.ts'
import type { Mails } from './mail/mails.ts'
import type { Outbox } from './mail/outbox.ts'
import type { Outgoing } from './outgoing/outgoing.ts'
import type { Ports } from './ports/ports.ts'
import type { RevocationLog } from './revocations/log.ts'
import type { SessionCookies } from './sessions/cookies.ts'
import type { Grant } from './sessions/grant.ts'
import type { Sessions } from './sessions/service.ts'
import type { TicketCookies } from './sessions/ticket-cookie.ts'
import type { Texts } from './sms/texts.ts'
import type { Credentials } from './users/credentials.ts'
import type { EmailProof } from './users/email-proof.ts'
import type { NewAccounts } from './users/new-accounts.ts'
import type { Users } from './users/service.ts'

/** What every built-in method stands on, wired once; a method takes of it what it needs. */
export interface CoreParts {
  config: Config
  log: Log
  ports: Ports
  db: Database
  ring: SecretRing
  /** For secrets of users that must be read again, such as a seed. */
  vault: Vault
  revocations: RevocationLog
  audit: Audit
  limits: Limits
  challenges: Challenges
  asked: AskedChallenges
  codeGuesses: CodeGuesses
  factorCodes: FactorCodes
  mails: Mails
  outbox: Outbox
  texts: Texts
  /** For calls to other servers. */
  outgoing: Outgoing
  sessions: Sessions
  cookies: SessionCookies
  ticketCookies: TicketCookies
  knownDevices: KnownDevices
  grant: Grant
  signIn: SignIn
  policy: SecondFactorPolicy
  trustedDevices: TrustedDevices
  secondFactors: SecondFactors
  enrolments: Enrolments
  users: Users
  newAccounts: NewAccounts
  credentials: Credentials
  emailProof: EmailProof
}
