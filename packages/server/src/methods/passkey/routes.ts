import { passkeyRoutes as routes } from '@latchkey/contract'
import { answerStep } from '../../sign-in/step-answer.ts'
import { type Principal, type Route, serve } from '../../sessions/route.ts'
import { type Grant, wishedDelivery } from '../../sessions/session-response.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { SessionHolder } from '../../accounts/lock-holder.ts'
import type { Passkeys } from './service.ts'

export const createPasskeyRoutes = (passkeys: Passkeys, grant: Grant): Route[] => [
  serve(routes.beginPasskeyLogin, async ({ request }) => ({
    status: 200,
    body: await passkeys.beginLogin(request),
  })),

  serve(routes.finishPasskeyLogin, async ({ body, request }) => {
    const { ticket, response, remember: persistent } = body
    const answer = { ticket, response, persistent, delivery: wishedDelivery(body) }
    return await answerStep(await passkeys.finishLogin(answer, request), grant)
  }),

  serve(routes.beginPasskeyRegistration, async ({ caller }) => ({
    status: 200,
    body: await passkeys.beginRegistration(holderOf(caller)),
  })),

  serve(routes.finishPasskeyRegistration, async ({ body, caller, request }) => {
    const { ticket, response, name = null } = body
    const answer = { ticket, response, name }
    return { status: 201, body: await passkeys.finishRegistration(holderOf(caller), answer, request) }
  }),

  serve(routes.listPasskeys, async ({ caller }) => ({
    status: 200,
    body: await passkeys.list(caller.claims.sub),
  })),

  serve(routes.renamePasskey, async ({ caller, params: { id }, body: { name } }) => ({
    status: 200,
    body: await passkeys.rename(caller.claims.sub, { id, name }),
  })),

  serve(routes.removePasskey, async ({ caller, params: { id }, request }) => {
    await passkeys.remove(holderOf(caller), id, request)
    return { status: 204 }
  }),

  serve(routes.askForPasskey, async ({ caller, body: { enabled }, request }) => {
    await passkeys.askAfterPassword(holderOf(caller), enabled, request)
    return { status: 204 }
  }),
]

const holderOf = ({ claims }: Principal<SessionClaims>): SessionHolder => ({
  userId: claims.sub,
  sessionId: claims.sid,
})
