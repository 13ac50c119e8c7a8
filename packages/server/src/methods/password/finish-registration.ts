import type { UserId } from '@latchkey/contract'
import type { Challenge } from '../../core/challenges/challenge.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Queryable } from '../../db/database.ts'
import { insertWithPassword } from './create-account.ts'
import type { PasswordContext } from './hash.ts'
import { codesPerAddress } from './options.ts'
import type { PasswordServices } from './password-services.ts'

/** `tickets` came along with a link: those of the browser that began the registration, or none. */
export type RegistrationAnswer =
  | { token: string; tickets: readonly string[] }
  | { ticket: string; code: string }

export interface FinishedRegistration {
  /** Sets the first password, if the prepared one may be a stranger's; null if the prepared one counts. */
  resetToken: string | null
}

/** The data with which a registration was begun; sealed at rest. */
export interface PendingRegistration extends PasswordContext {
  hash: string
  isFree: boolean
}

/**
 * Makes the account that the mail was about; null if the token or code is not of a registration. Throws AuthError
 * `email_taken`, `rate_limited`.
 */
export async function finishRegistration(
  services: PasswordServices,
  answer: RegistrationAnswer,
  request: RequestContext,
): Promise<FinishedRegistration | null> {
  const { newAccounts, challenges, audit } = services
  if ('code' in answer) await countGuess(services, answer.ticket)
  const finished = await newAccounts.unlessTaken(async (tx) => {
    const consumed =
      'token' in answer
        ? await challenges.consume(tx, 'registration', answer.token)
        : await challenges.consumeCode(tx, 'registration', answer)
    return consumed && (await makeRegistered(services, tx, consumed, isFromAsker(answer, consumed)))
  })
  if (!finished) return null
  const { userId, resetToken } = finished
  audit.record({ kind: 'user.registered', userId, ...originOf(request) })
  audit.record({ kind: 'email.verified', userId, ...originOf(request) })
  return { resetToken }
}

/**
 * Counts guesses by address: beginning anew brings a new code, but no new attempts (ASVS V6.6.3). Throws AuthError
 * `rate_limited`.
 */
async function countGuess({ db, challenges, limits }: PasswordServices, ticket: string): Promise<void> {
  const waiting = await challenges.findByTicket(db, 'registration', ticket)
  if (waiting) await limits.take(codesPerAddress, normalizeEmail(String(waiting.payload['email'])))
}

/** A code requires the asker's ticket; a link can be opened by any reader of the mail. */
const isFromAsker = (answer: RegistrationAnswer, { ticket }: Challenge): boolean =>
  'code' in answer || answer.tickets.includes(ticket)

/**
 * The mail verifies only the address: anybody may have begun the registration. If its link is opened in another
 * browser, the password typed at the beginning may be a stranger's, and the owner chooses one now.
 */
async function makeRegistered(
  services: PasswordServices,
  tx: Queryable,
  { payload }: Challenge,
  byAsker: boolean,
): Promise<(FinishedRegistration & { userId: UserId }) | null> {
  const { newAccounts, resetMails } = services
  const { email, name, hash, isFree } = payload as unknown as PendingRegistration
  if (!isFree) return null
  if (byAsker) {
    const account = await insertWithPassword(services, tx, { email, name, hash, isVerified: true })
    return { userId: account.id, resetToken: null }
  }
  const account = await newAccounts.insert(tx, { email, name: null, isVerified: true })
  return { userId: account.id, resetToken: await resetMails.issue(tx, account) }
}
