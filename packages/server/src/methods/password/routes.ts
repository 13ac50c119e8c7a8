import { passwordRoutes } from '@latchkey/contract'
import { attemptOf } from '../../sessions/routes.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { requestedTransport } from '../../sessions/session-response.ts'
import { answerStep } from '../../sign-in/step-answer.ts'
import { changePassword } from './change.ts'
import { login } from './login.ts'
import type { PasswordRouteServices } from './password-services.ts'
import { beginRegistration, register } from './register.ts'
import { requestReset, resetPassword } from './reset.ts'
import { transportOf, tokensOf } from './session-tokens.ts'
import { createSharedRoutes } from './shared-routes.ts'

export const createPasswordRoutes = (services: PasswordRouteServices): Route[] =>
  services.isOffered
    ? [...createOwnRoutes(services), ...createSharedRoutes(services)]
    : createSharedRoutes(services)

const createOwnRoutes = (services: PasswordRouteServices): Route[] => [
  serve(passwordRoutes.register, async ({ body, request }) => {
    const input = { email: body.email, password: body.password, name: body.name ?? null }
    if (services.config.emailVerification === 'required') {
      const ticket = await beginRegistration(services, input, request)
      const registered = { next: 'verify_email', ticket }
      return { status: 202, body: registered, cookies: [services.registrationCookie.set(ticket)] }
    }
    const step = await register(services, { ...input, tokenTransport: requestedTransport(body) }, request)
    return await answerStep(step, services.respond, 201)
  }),

  serve(passwordRoutes.login, async ({ body, request }) => {
    const { email, password, remember: persistent } = body
    const input = { email, password, persistent, tokenTransport: requestedTransport(body) }
    return await answerStep(await login(services, input, request), services.respond)
  }),

  serve(passwordRoutes.changePassword, async ({ body, headers, caller, request }) => {
    const { currentPassword: password, newPassword } = body
    const tokens = tokensOf(services, body, request)
    const input = { claims: caller.claims, password, newPassword, tokens, attempt: attemptOf(headers) }
    const open = await changePassword(services, input, request)
    if (!open) return { status: 204 }
    const answer = await services.respond(open, { tokenTransport: transportOf(body), as: 'refreshed' })
    return answer.cookies ? { status: 204, cookies: answer.cookies } : answer
  }),

  serve(passwordRoutes.forgotPassword, async ({ body, request }) => {
    await requestReset(services, body.email, request)
    return { status: 202 }
  }),

  serve(passwordRoutes.resetPassword, async ({ body, request }) => {
    await resetPassword(services, body, request)
    return { status: 204, ...services.cookies.signedOut() }
  }),
]
