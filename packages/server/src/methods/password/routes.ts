import { accountRoutes } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { KnownDevices } from '../../core/limits/known-device.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { networkOf } from '../../core/limits/network.ts'
import { type Answer, type RequestContext, type Route, serve } from '../../core/route.ts'
import type { SessionCookies } from '../../core/sessions/cookies.ts'
import type { Grant, GrantAnswer } from '../../core/sessions/grant.ts'
import { attemptOf } from '../../core/sessions/routes.ts'
import type { OpenSession } from '../../core/sessions/open-session.ts'
import type { AccessTokens } from '../../core/tokens/access-token.ts'
import type { EmailProof } from '../../core/users/email-proof.ts'
import { codesPerAccount } from '../../core/users/routes.ts'
import { proofsPerNetwork } from './options.ts'
import type { RegistrationCookie } from './registration-cookie.ts'
import type { Passwords } from './service.ts'

export interface PasswordRoutesOptions {
  passwords: Passwords
  emailProof: EmailProof
  grant: Grant
  cookies: SessionCookies
  registrationCookie: RegistrationCookie
  knownDevices: KnownDevices
  accessTokens: AccessTokens
  limits: Limits
  emailVerification: 'optional' | 'required'
}

export function createPasswordRoutes(options: PasswordRoutesOptions): Route[] {
  const { passwords, emailProof, grant, cookies, registrationCookie, knownDevices, accessTokens, limits } =
    options

  return [
    serve(accountRoutes.register, async ({ body, request }) => {
      const input = { email: body.email, password: body.password, name: body.name ?? null }
      if (options.emailVerification === 'required') {
        const ticket = await passwords.requestRegistration(input, request)
        const registered = { next: 'verify_email', ticket }
        return { status: 202, body: registered, cookies: [registrationCookie.set(ticket)] }
      }
      return signedIn(await passwords.register(input, request), { status: 201, delivery: body.tokenDelivery })
    }),

    serve(accountRoutes.login, async ({ body, request }) => {
      const { email, password, remember } = body
      const open = await passwords.login({ email, password, persistent: remember }, request)
      return signedIn(open, { delivery: body.tokenDelivery })
    }),

    serve(accountRoutes.stepUp, async ({ body, headers, caller, request }) => {
      const { password } = body
      const reproof = {
        claims: caller.claims,
        password,
        tokens: tokensOf(body, request),
        attempt: attemptOf(headers),
      }
      return grant(await passwords.stepUp(reproof, request), { delivery: deliveryOf(body), as: 'refreshed' })
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
      return { status: 204, cookies: cookies.cleared() }
    }),

    serve(accountRoutes.verifyEmail, async ({ body, request }) => {
      await limits.take(proofsPerNetwork, request.ip === null ? 'unknown' : networkOf(request.ip))
      if ('token' in body) return await verifyByToken(body, request)
      const { bearer } = request
      if (body.ticket === undefined && bearer !== null) return await verifyByCode(body.code, bearer)
      const [ticket] = ticketsOf(body, request)
      if (ticket === undefined) throw new AuthError('unauthenticated')
      return await verifyByTicket({ ticket, code: body.code }, request)
    }),

    serve(accountRoutes.setUp, async ({ body, request }) => {
      const { token, email, password, name = null } = body
      const open = await passwords.setUp(token, { email, password, name }, request)
      return signedIn(open, { status: 201, delivery: body.tokenDelivery })
    }),
  ]

  async function signedIn(open: OpenSession, answer: Omit<GrantAnswer, 'as'>): Promise<Answer> {
    const granted = await grant(open, { ...answer, as: 'signedIn' })
    if (!granted.cookies) return granted
    return { ...granted, cookies: [...granted.cookies, knownDevices.remember(open.account.id)] }
  }

  async function verifyByToken(
    body: { token: string; ticket?: string | undefined },
    request: RequestContext,
  ): Promise<Answer> {
    const answer = { token: body.token, tickets: ticketsOf(body, request) }
    const finished = await passwords.finishRegistration(answer, request)
    if (!finished) await emailProof.verifyByToken(body.token)
    if (!finished) return { status: 204 }
    const { resetToken } = finished
    // This browser's cookie, if it has one, is of another registration, which may still be answered.
    if (resetToken !== null) return { status: 200, body: { next: 'set_password', token: resetToken } }
    return { status: 204, cookies: [registrationCookie.cleared()] }
  }

  async function verifyByTicket(
    answer: { ticket: string; code: string },
    request: RequestContext,
  ): Promise<Answer> {
    if (!(await passwords.finishRegistration(answer, request))) throw new AuthError('challenge_invalid')
    return { status: 204, cookies: [registrationCookie.cleared()] }
  }

  async function verifyByCode(code: string, bearer: string): Promise<Answer> {
    const { sub } = accessTokens.verify(bearer)
    await limits.take(codesPerAccount, sub)
    await emailProof.verifyByCode(sub, code)
    return { status: 204 }
  }

  function ticketsOf(body: { ticket?: string | undefined }, request: RequestContext): string[] {
    return body.ticket === undefined ? registrationCookie.read(request) : [body.ticket]
  }

  function tokensOf(body: { refreshToken?: string | undefined }, request: RequestContext): string[] {
    return body.refreshToken === undefined ? cookies.read(request) : [body.refreshToken]
  }
}

/** A refresh token that came in the body goes back in the body. */
const deliveryOf = (body: { refreshToken?: string | undefined }): 'cookie' | 'body' =>
  body.refreshToken === undefined ? 'cookie' : 'body'
