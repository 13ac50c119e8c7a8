import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import type { Demands } from '../sign-in/demands.ts'
import type { Enrolments } from '../sign-in/enrolments.ts'
import type { SecondFactorPolicy } from '../sign-in/policy.ts'
import type { SecondFactors } from '../sign-in/second-factors.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import type { TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { PendingCodes } from '../core/challenges/pending-codes.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { CodeGuesses } from '../sign-in/codes/code-guesses.ts'
import type { FactorCodes } from '../sign-in/codes/factor-codes.ts'
import type { Keyring } from '../core/secrets/keyring.ts'
import type { SecretBox } from '../core/secrets/secret-box.ts'
import type { KnownDevices } from '../core/limits/known-device.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { Log } from '../core/log/log.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Outgoing } from '../core/outgoing/outgoing.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'
import type { SessionResponder } from '../sessions/session-response.ts'
import type { Sessions } from '../sessions/service.ts'
import type { TicketCookies } from '../sessions/cookies/ticket-cookie.ts'
import type { Texts } from '../core/outbox/texts.ts'
import type { Credentials } from '../accounts/credentials.ts'
import type { AddressUndo } from '../accounts/address-undo.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { EmailProof } from '../accounts/email-proof.ts'
import type { NewAccounts } from '../accounts/new-accounts.ts'
import type { Users } from '../accounts/service.ts'

/** The services beneath sessions, wired once: all that the first stage of a method may use. */
export interface CoreServices {
  config: Config
  log: Log
  ports: Ports
  db: Database
  ring: Keyring
  /** Seals secrets of users that must be read again, such as a seed. */
  secretBox: SecretBox
  revocations: RevocationLog
  audit: Audit
  limits: Limits
  knownDevices: KnownDevices
  challenges: Challenges
  pendingCodes: PendingCodes
  codeGuesses: CodeGuesses
  factorCodes: FactorCodes
  mails: Mails
  outbox: Outbox
  texts: Texts
  /** Calls to other servers. */
  outgoing: Outgoing
}

/** Services for a use case that changes an account, whatever its method. */
export type ChangeServices = Pick<
  CoreServices,
  'db' | 'ports' | 'revocations' | 'audit' | 'limits' | 'challenges' | 'outbox'
>

/** All services available to a method when it serves; it takes those that it needs. */
export interface MethodServices extends CoreServices {
  sessions: Sessions
  cookies: SessionCookies
  ticketCookies: TicketCookies
  respond: SessionResponder
  signIn: SignIn
  policy: SecondFactorPolicy
  trustedDevices: TrustedDevices
  secondFactors: SecondFactors
  enrolments: Enrolments
  demands: Demands
  users: Users
  newAccounts: NewAccounts
  credentials: Credentials
  emailProof: EmailProof
  addressUndo: AddressUndo
  /** Ends what an event of the account requires. */
  events: AccountEvents
}
