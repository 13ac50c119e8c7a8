import type { UserId } from '@latchkey/contract'
import { codesPerAccount } from '../../accounts/routes.ts'
import { AuthError } from '../../core/auth-error.ts'
import { networkOfCaller, type RequestContext } from '../../core/request/request-context.ts'
import type { Answer, Holder, Principal } from '../../sessions/route.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import { finishRegistration } from './finish-registration.ts'
import { proofsPerNetwork } from './options.ts'
import type { PasswordRouteServices } from './password-services.ts'

/**
 * A link brings its token. A code brings the ticket of the browser that it was sent to; without a ticket it is the
 * caller's.
 */
type EmailAnswer =
  | { token: string; ticket?: string | undefined }
  | { code: string; ticket?: string | undefined }

interface Asker {
  request: RequestContext
  /** Returns the caller, where a session must identify them. */
  proveCaller: () => Promise<Principal>
  /** Returns the user who is signed in where the link is opened. */
  findHolder: () => Promise<Holder | null>
}

type Opener = Pick<Asker, 'request' | 'findHolder'>

/**
 * Verifies the address of a pending registration or of an account. Throws AuthError `challenge_invalid`, `email_taken`,
 * `rate_limited`.
 */
export async function verifyEmail(
  services: PasswordRouteServices,
  body: EmailAnswer,
  { request, proveCaller, findHolder }: Asker,
): Promise<Answer> {
  await services.limits.take(proofsPerNetwork, networkOfCaller(request))
  if ('token' in body) return await verifyByToken(services, body, { request, findHolder })
  // A token identifies the account, whatever registration this browser has begun beside it.
  const isOfCaller = body.ticket === undefined && request.bearer !== null
  const [ticket] = isOfCaller ? [] : ticketsOf(services, body, request)
  if (ticket === undefined) return await verifyByCode(services, body.code, (await proveCaller()).claims)
  return await verifyByTicket(services, { ticket, code: body.code }, request)
}

async function verifyByToken(
  services: PasswordRouteServices,
  body: { token: string; ticket?: string | undefined },
  { request, findHolder }: Opener,
): Promise<Answer> {
  const answer = { token: body.token, tickets: ticketsOf(services, body, request) }
  const finished = await finishRegistration(services, answer, request)
  const resetToken = finished
    ? finished.resetToken
    : await verifyAddress(services, body.token, { request, findHolder })
  // This browser's cookie, if it has one, is of another registration, which may still be answered.
  if (resetToken !== null) return { status: 200, body: { next: 'set_password', token: resetToken } }
  if (!finished) return { status: 204 }
  return { status: 204, cookies: [services.registrationCookie.cleared()] }
}

/** Returns a token that sets a new password if the present one may be a stranger's; else null. */
async function verifyAddress(
  { db, emailProof, knownDevices, resetMails, isOffered }: PasswordRouteServices,
  token: string,
  { request, findHolder }: Opener,
): Promise<string | null> {
  const holder = await findHolder()
  const isMaker = (id: UserId): boolean => holder?.userId === id || knownDevices.recognizes(request, id)
  const { account, isCleared } = await emailProof.verifyByToken(token, { isMaker, ip: request.ip })
  if (!isCleared || !isOffered) return null
  return await db.transaction((tx) => resetMails.issue(tx, account))
}

async function verifyByTicket(
  services: PasswordRouteServices,
  answer: { ticket: string; code: string },
  request: RequestContext,
): Promise<Answer> {
  if (!(await finishRegistration(services, answer, request))) throw new AuthError('challenge_invalid')
  return { status: 204, cookies: [services.registrationCookie.cleared()] }
}

async function verifyByCode(
  { limits, emailProof }: PasswordRouteServices,
  code: string,
  { sub }: AccessClaims,
): Promise<Answer> {
  await limits.take(codesPerAccount, sub)
  await emailProof.verifyByCode(sub, code)
  return { status: 204 }
}

const ticketsOf = (
  { registrationCookie }: PasswordRouteServices,
  { ticket }: { ticket?: string | undefined },
  request: RequestContext,
): string[] => (ticket === undefined ? registrationCookie.read(request) : [ticket])
