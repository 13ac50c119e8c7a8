import type { UserId } from '@latchkey/contract'
import type { Challenge } from '../../core/challenges/challenge.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Queryable } from '../../db/database.ts'
import { insertWithPassword } from './create-account.ts'
import type { PasswordContext } from './hash.ts'
import { codesPerAddress } from './options.ts'
import type { PasswordServices } from './password-services.ts'

/** `tickets` are those that came along with a link: of the browser that began the registration, or of none. */
export type RegistrationAnswer =
  | { token: string; tickets: readonly string[] }
  | { ticket: string; code: string }

export interface FinishedRegistration {
  /** Sets the first password, where the prepared one may be a stranger's; null where the prepared one counts. */
  resetToken: string | null
}

/** What a registration was begun with; sealed at rest. */
export interface PendingRegistration extends PasswordContext {
  hash: string
  isFree: boolean
}

/**
 * Makes the account that the mail was about; null when the token or code is of no registration. Throws AuthError
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
 * Counted by the address, which comes back: whoever begins anew is sent a new code, and no new tries (ASVS V6.6.3).
 * Throws AuthError `rate_limited`.
 */
async function countGuess({ db, challenges, limits }: PasswordServices, ticket: string): Promise<void> {
  const waiting = await challenges.findByTicket(db, 'registration', ticket)
  if (waiting) await limits.take(codesPerAddress, normalizeEmail(String(waiting.payload['email'])))
}

/** A code is answered with the ticket alone; a link goes to whoever reads the mail. */
const isFromAsker = (answer: RegistrationAnswer, { ticket }: Challenge): boolean =>
  'code' in answer || answer.tickets.includes(ticket)

/**
 * The mail proves the address and nothing more: anybody may have begun the registration. Unless its link is opened
 * in the browser that did, what was typed there is not the owner's, and the owner chooses a password now.
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
