import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import type { SignIn } from './assurance/sign-in.ts'
import type { Audit } from './audit/audit.ts'
import type { Challenges } from './challenges/challenges.ts'
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
  mails: Mails
  outbox: Outbox
  /** For calls to other servers. */
  outgoing: Outgoing
  sessions: Sessions
  cookies: SessionCookies
  knownDevices: KnownDevices
  grant: Grant
  signIn: SignIn
  users: Users
  newAccounts: NewAccounts
  credentials: Credentials
  emailProof: EmailProof
}
