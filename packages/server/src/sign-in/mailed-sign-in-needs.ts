import { type Milliseconds } from '@latchkey/contract'
import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { PendingCodes } from '../core/challenges/pending-codes.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { Config } from '../config/config.ts'
import type { Credentials } from '../accounts/credentials.ts'
import type { AddressUndo } from '../accounts/address-undo.ts'
import type { NewAccounts } from '../accounts/new-accounts.ts'
import type { Guesses } from '../core/limits/guesses.ts'
import type { KnownDevices } from '../core/limits/known-device.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { type Outbox } from '../core/outbox/outbox.ts'
import type { RenderedMail } from '../core/mail/template.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { SignIn } from './sign-in.ts'

export interface CodeRequested {
  ticket: string
  /** Seconds. */
  expiresIn: number
  delayed: boolean
}

export interface MailedSignInServices {
  config: Config
  revocations: RevocationLog
  limits: Limits
  knownDevices: KnownDevices
  signIn: SignIn
  newAccounts: NewAccounts
  credentials: Credentials
  addressUndo: AddressUndo
  db: Database
  ports: Ports
  challenges: Challenges
  pendingCodes: PendingCodes
  outbox: Outbox
  audit: Audit
}

export interface MailedSignInOptions {
  method: 'email-code' | 'magic-link'
  amr: readonly string[]
  compose: (sent: {
    email: string
    token: string
    code: string | null
    validFor: Milliseconds
  }) => RenderedMail
}

export interface MailedSignInNeeds extends MailedSignInServices, MailedSignInOptions {
  /** Mails that are asked for, by network and by address. */
  asking: Guesses
  /** True if an address without an account gets one. */
  opensAccounts: boolean
  /** The outbox topic of the mails that were asked for. */
  topic: string
}
