import { codeRoutes } from '@latchkey/contract'
import { answerCodeRequested, ticketOf } from '../../sign-in/code-requested.ts'
import { answerStep } from '../../sign-in/step-answer.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { type SessionResponder, requestedTransport } from '../../sessions/session-response.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import type { MagicLinks } from './service.ts'

export interface MagicLinkRoutesOptions {
  magicLinks: MagicLinks
  cookie: TicketCookie
  respond: SessionResponder
  otherDevice: 'compare' | 'refuse'
}

export function createMagicLinkRoutes(options: MagicLinkRoutesOptions): Route[] {
  const { magicLinks, cookie, respond } = options
  const routes = [
    serve(codeRoutes.sendMagicLink, async ({ body, request }) =>
      answerCodeRequested(await magicLinks.send(body.email, cookie.read(request), request), cookie),
    ),

    serve(codeRoutes.verifyMagicLink, async ({ body, request }) => {
      const how = { persistent: body.remember, tokenTransport: requestedTransport(body) }
      const ticket = ticketOf(body, cookie, request)
      const step =
        'token' in body
          ? await magicLinks.verify({ token: body.token, tickets: [ticket] }, how, request)
          : await magicLinks.verifyCode({ code: body.code, ticket }, how, request)
      return cookie.clear(await answerStep(step, respond))
    }),
  ]
  if (options.otherDevice === 'refuse') return routes
  return [
    ...routes,
    serve(codeRoutes.revealMagicLinkCode, async ({ body, request }) => ({
      status: 200,
      body: await magicLinks.reveal(body.token, request),
      headers: { 'cache-control': 'no-store' },
    })),
  ]
}
