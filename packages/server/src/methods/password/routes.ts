import { accountRoutes, type UserId } from '@latchkey/contract'
import { factorInputOf } from '../../sign-in/routes.ts'
import type { SignIn } from '../../sign-in/sign-in.ts'
import { answerStep } from '../../sign-in/step-answer.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { type Answer, type Route, serve } from '../../sessions/route.ts'
import { networkOfCaller, type RequestContext } from '../../core/request/request-context.ts'
import type { SessionCookies } from '../../sessions/cookies/session-cookies.ts'
import { type Grant, wishedDelivery } from '../../sessions/session-response.ts'
import { attemptOf } from '../../sessions/routes.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import { looksLikeRefreshToken } from '../../sessions/tokens/refresh-token.ts'
import type { Database } from '../../db/database.ts'
import type { KnownDevices } from '../../core/limits/known-device.ts'
import type { FindHolder } from '../../accounts/session-holder.ts'
import type { ResetMails } from './reset-mails.ts'
import type { EmailProof } from '../../accounts/email-proof.ts'
import { codesPerAccount } from '../../accounts/routes.ts'
import { proofsPerNetwork, showsPossession } from './options.ts'
import type { Registrations } from './registration.ts'
import type { Passwords } from './service.ts'

export interface PasswordRoutesOptions {
  passwords: Passwords
  registrations: Registrations
  emailProof: EmailProof
  resetMails: ResetMails
  findHolder: FindHolder
  knownDevices: KnownDevices
  db: Database
  signIn: SignIn
  grant: Grant
  cookies: SessionCookies
  registrationCookie: TicketCookie
  limits: Limits
  emailVerification: 'optional' | 'required'
  /** Whether anybody signs in by a password. */
  isOffered: boolean
}

export function createPasswordRoutes(options: PasswordRoutesOptions): Route[] {
  const { passwords, registrations, emailProof, signIn, grant, cookies, registrationCookie, limits } = options

  return options.isOffered ? [...createOwnRoutes(), ...createSharedRoutes()] : createSharedRoutes()

  function createOwnRoutes(): Route[] {
    return [
      serve(accountRoutes.register, async ({ body, request }) => {
        const input = { email: body.email, password: body.password, name: body.name ?? null }
        if (options.emailVerification === 'required') {
          const ticket = await registrations.begin(input, request)
          const registered = { next: 'verify_email', ticket }
          return { status: 202, body: registered, cookies: [registrationCookie.set(ticket)] }
        }
        const delivery = wishedDelivery(body)
        return await answerStep(await registrations.register({ ...input, delivery }, request), grant, 201)
      }),

      serve(accountRoutes.login, async ({ body, request }) => {
        const { email, password, remember: persistent } = body
        const delivery = wishedDelivery(body)
        return await answerStep(
          await passwords.login({ email, password, persistent, delivery }, request),
          grant,
        )
      }),

      serve(accountRoutes.changePassword, async ({ body, headers, caller, request }) => {
        const { currentPassword: password, newPassword } = body
        const reproof = {
          claims: caller.claims,
          password,
          tokens: tokensOf(body, request),
          attempt: attemptOf(headers),
        }
        const open = await passwords.change({ ...reproof, newPassword }, request)
        if (!open) return { status: 204 }
        const answer = await grant(open, { delivery: deliveryOf(body), as: 'refreshed' })
        return answer.cookies ? { status: 204, cookies: answer.cookies } : answer
      }),

      serve(accountRoutes.forgotPassword, async ({ body, request }) => {
        await passwords.requestReset(body.email, request)
        return { status: 202 }
      }),

      serve(accountRoutes.resetPassword, async ({ body, request }) => {
        await passwords.reset(body.token, body.newPassword, request)
        return { status: 204, ...cookies.signedOut() }
      }),
    ]
  }

  /** What is needed where nobody has a password as well. */
  function createSharedRoutes(): Route[] {
    return [
      serve(accountRoutes.listStepUpWays, async ({ caller }) => {
        const { sub: userId, amr } = caller.claims
        const factors = await signIn.waysToStepUp(caller.claims)
        const password = { name: 'password', asks: false, isSecondFactor: showsPossession(amr) }
        const items = (await passwords.isSet(userId)) ? [password, ...factors] : factors
        return { status: 200, body: { items } }
      }),

      serve(accountRoutes.stepUp, async ({ body, headers, caller, request }) => {
        const { claims } = caller
        const session = { claims, tokens: tokensOf(body, request), attempt: attemptOf(headers) }
        const open =
          'password' in body
            ? await passwords.stepUp({ ...session, password: body.password }, request)
            : await signIn.stepUp(
                { ...session, ...factorInputOf(body), ticket: body.ticket ?? null },
                request,
              )
        return grant(open, { delivery: deliveryOf(body), as: 'refreshed' })
      }),

      serve(accountRoutes.verifyEmail, async ({ body, request, proveCaller }) => {
        await limits.take(proofsPerNetwork, networkOfCaller(request))
        if ('token' in body) return await verifyByToken(body, request)
        // A token says who is meant, whatever registration this browser has begun beside it.
        const [ticket] = body.ticket === undefined && request.bearer !== null ? [] : ticketsOf(body, request)
        if (ticket === undefined) return await verifyByCode(body.code, (await proveCaller()).claims)
        return await verifyByTicket({ ticket, code: body.code }, request)
      }),

      serve(accountRoutes.setUp, async ({ body, request }) => {
        const { token, email, name = null } = body
        const password = passwordOf(body)
        const delivery = wishedDelivery(body)
        const step = await registrations.setUp(token, { email, password, name, delivery }, request)
        return await answerStep(step, grant, 201)
      }),
    ]
  }

  /** The administrator's first one; null where there are none. */
  function passwordOf(body: { password?: string | undefined }): string | null {
    if ((body.password !== undefined) === options.isOffered) return body.password ?? null
    const message = options.isOffered ? 'is needed' : 'is of no use: nobody signs in by a password'
    throw new AuthError('invalid_input', { errors: [{ path: 'body.password', message }] })
  }

  async function verifyByToken(
    body: { token: string; ticket?: string | undefined },
    request: RequestContext,
  ): Promise<Answer> {
    const answer = { token: body.token, tickets: ticketsOf(body, request) }
    const finished = await registrations.finish(answer, request)
    const resetToken = finished ? finished.resetToken : await proveAddress(body.token, request)
    // This browser's cookie, if it has one, is of another registration, which may still be answered.
    if (resetToken !== null) return { status: 200, body: { next: 'set_password', token: resetToken } }
    if (!finished) return { status: 204 }
    return { status: 204, cookies: [registrationCookie.cleared()] }
  }

  /** A token that sets a new password, where the one there was may have been a stranger's; else null. */
  async function proveAddress(token: string, request: RequestContext): Promise<string | null> {
    const holder = await options.findHolder(request)
    const isMaker = (id: UserId): boolean =>
      holder?.userId === id || options.knownDevices.recognizes(request, id)
    const { account, isCleared } = await emailProof.verifyByToken(token, { isMaker, ip: request.ip })
    if (!isCleared || !options.isOffered) return null
    return await options.db.transaction((tx) => options.resetMails.issue(tx, account))
  }

  async function verifyByTicket(
    answer: { ticket: string; code: string },
    request: RequestContext,
  ): Promise<Answer> {
    if (!(await registrations.finish(answer, request))) throw new AuthError('challenge_invalid')
    return { status: 204, cookies: [registrationCookie.cleared()] }
  }

  async function verifyByCode(code: string, { sub }: AccessClaims): Promise<Answer> {
    await limits.take(codesPerAccount, sub)
    await emailProof.verifyByCode(sub, code)
    return { status: 204 }
  }

  function ticketsOf(body: { ticket?: string | undefined }, request: RequestContext): string[] {
    return body.ticket === undefined ? registrationCookie.read(request) : [body.ticket]
  }

  function tokensOf(body: { refreshToken?: string | undefined }, request: RequestContext): string[] {
    if (body.refreshToken === undefined) return cookies.read(request)
    return [body.refreshToken].filter(looksLikeRefreshToken)
  }
}

/** A refresh token that came in the body goes back in the body. */
const deliveryOf = (body: { refreshToken?: string | undefined }): 'cookie' | 'body' =>
  body.refreshToken === undefined ? 'cookie' : 'body'
