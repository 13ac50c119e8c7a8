import { accountRoutes, signInRoutes } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { attemptOf } from '../../sessions/routes.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { requestedTransport } from '../../sessions/session-response.ts'
import { factorInputOf } from '../../sign-in/routes.ts'
import { answerStep } from '../../sign-in/step-answer.ts'
import { showsPossession } from './options.ts'
import type { OfferServices, PasswordRouteServices } from './password-services.ts'
import { isPasswordSet } from './passwords.ts'
import { transportOf, tokensOf } from './session-tokens.ts'
import { setUp } from './set-up.ts'
import { stepUp } from './step-up.ts'
import { verifyEmail } from './verify-email.ts'

/** Routes that are also needed where passwords are off. */
export const createSharedRoutes = (services: PasswordRouteServices): Route[] => [
  serve(signInRoutes.listStepUpMethods, async ({ caller }) => {
    const { sub: userId, amr } = caller.claims
    const factors = await services.signIn.stepUpMethods(caller.claims)
    const password = { name: 'password', asks: false, isSecondFactor: showsPossession(amr) }
    const items = (await isPasswordSet(services, userId)) ? [password, ...factors] : factors
    return { status: 200, body: { items } }
  }),

  serve(signInRoutes.stepUp, async ({ body, headers, caller, request }) => {
    const { claims } = caller
    const session = { claims, tokens: tokensOf(services, body, request), attempt: attemptOf(headers) }
    const open =
      'password' in body
        ? await stepUp(services, { ...session, password: body.password }, request)
        : await services.signIn.stepUp(
            { ...session, ...factorInputOf(body), ticket: body.ticket ?? null },
            request,
          )
    return services.respond(open, { tokenTransport: transportOf(body), as: 'refreshed' })
  }),

  serve(accountRoutes.verifyEmail, ({ body, request, proveCaller, findHolder }) =>
    verifyEmail(services, body, { request, proveCaller, findHolder }),
  ),

  serve(accountRoutes.setUp, async ({ body, request }) => {
    const { token, email, name = null } = body
    const password = firstPasswordOf(services, body)
    const input = { token, email, name, password, tokenTransport: requestedTransport(body) }
    return await answerStep(await setUp(services, input, request), services.respond, 201)
  }),
]

/** The administrator's first password; null where passwords are off. */
function firstPasswordOf(
  { isOffered }: Pick<OfferServices, 'isOffered'>,
  body: { password?: string | undefined },
): string | null {
  if ((body.password !== undefined) === isOffered) return body.password ?? null
  const message = isOffered ? 'is needed' : 'is of no use: nobody signs in by a password'
  throw new AuthError('invalid_input', { errors: [{ path: 'body.password', message }] })
}
