import { passkeyRoutes as routes } from '@latchkey/contract'
import { answerStep } from '../../sign-in/step-answer.ts'
import { type Principal, type Route, serve } from '../../sessions/route.ts'
import { requestedTransport } from '../../sessions/session-response.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { SessionHolder } from '../../accounts/lock-holder.ts'
import type { MethodServices } from '../method-services.ts'
import { askAfterPassword, listFor, removePasskey, renamePasskey } from './manage.ts'
import type { PasskeyServices } from './passkey-services.ts'
import { beginRegistration, finishRegistration } from './register.ts'
import { beginLogin, finishLogin } from './sign-in.ts'

export const createPasskeyRoutes = (services: PasskeyServices & Pick<MethodServices, 'respond'>): Route[] => [
  serve(routes.beginPasskeyLogin, async ({ request }) => ({
    status: 200,
    body: await beginLogin(services, request),
  })),

  serve(routes.finishPasskeyLogin, async ({ body, request }) => {
    const { ticket, response, remember: persistent } = body
    const answer = { ticket, response, persistent, tokenTransport: requestedTransport(body) }
    return await answerStep(await finishLogin(services, answer, request), services.respond)
  }),

  serve(routes.beginPasskeyRegistration, async ({ caller }) => ({
    status: 200,
    body: await beginRegistration(services, holderOf(caller)),
  })),

  serve(routes.finishPasskeyRegistration, async ({ body, caller, request }) => {
    const { ticket, response, name = null } = body
    const answer = { ticket, response, name }
    return { status: 201, body: await finishRegistration(services, holderOf(caller), answer, request) }
  }),

  serve(routes.listPasskeys, async ({ caller }) => ({
    status: 200,
    body: await listFor(services, caller.claims.sub),
  })),

  serve(routes.renamePasskey, async ({ caller, params: { id }, body: { name } }) => ({
    status: 200,
    body: await renamePasskey(services, caller.claims.sub, { id, name }),
  })),

  serve(routes.removePasskey, async ({ caller, params: { id }, request }) => {
    await removePasskey(services, holderOf(caller), id, request)
    return { status: 204 }
  }),

  serve(routes.askForPasskey, async ({ caller, body: { enabled }, request }) => {
    await askAfterPassword(services, holderOf(caller), enabled, request)
    return { status: 204 }
  }),
]

const holderOf = ({ claims }: Principal<SessionClaims>): SessionHolder => ({
  userId: claims.sub,
  sessionId: claims.sid,
})
