import type { Guesses } from '../../core/limits/guesses.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import type { ChangeServices, CoreServices, MethodServices } from '../method-services.ts'
import type { PasswordHash } from './password-hash.ts'
import type { ResetMails } from './reset-mails.ts'
import type { Spraying } from './spraying.ts'

/** Services that check and hash a new password. */
export type HashServices = Pick<CoreServices, 'config'> & { passwordHash: PasswordHash }

/** Services that tell whether a password signs in. */
export type OfferServices = Pick<CoreServices, 'db'> & {
  /** True if passwords sign in. If not, existing passwords open nothing, and no mail asks to set one. */
  isOffered: boolean
}

/** Services that the use cases of passwords need. */
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

/** Services that their routes need in addition. */
export type PasswordRouteServices = PasswordServices &
  Pick<MethodServices, 'respond' | 'cookies'> & { registrationCookie: TicketCookie }
