import type { Guesses } from '../../core/limits/guesses.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import type { ChangeServices, CoreServices, MethodServices } from '../method-services.ts'
import type { PasswordHash } from './password-hash.ts'
import type { ResetMails } from './reset-mails.ts'
import type { Spraying } from './spraying.ts'

/** What a new password is held against and hashed with. */
export type HashServices = Pick<CoreServices, 'config'> & { passwordHash: PasswordHash }

/** What it takes to tell whether a password opens something. */
export type OfferServices = Pick<CoreServices, 'db'> & {
  /** Whether anybody signs in by one. Where not, those that there are open nothing, and nobody is sent to set one. */
  isOffered: boolean
}

/** What the use cases of passwords stand on. */
export type PasswordServices = ChangeServices &
  HashServices &
  OfferServices &
  Pick<
    MethodServices,
    | 'log'
    | 'knownDevices'
    | 'mails'
    | 'sessions'
    | 'signIn'
    | 'newAccounts'
    | 'credentials'
    | 'emailProof'
    | 'addressUndo'
    | 'events'
  > & { guesses: Guesses; spraying: Spraying; resetMails: ResetMails }

/** What their routes need beside. */
export type PasswordRouteServices = PasswordServices &
  Pick<MethodServices, 'respond' | 'cookies'> & { registrationCookie: TicketCookie }
