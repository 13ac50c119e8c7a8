import { codeRoutes } from '@latchkey/contract'
import { answerCodeRequested, ticketOf } from '../../sign-in/code-requested.ts'
import { answerStep } from '../../sign-in/step-answer.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { type SessionResponder, requestedTransport } from '../../sessions/session-response.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import type { EmailCodes } from './service.ts'

export interface EmailCodeRoutesOptions {
  emailCodes: EmailCodes
  cookie: TicketCookie
  respond: SessionResponder
}

export const createEmailCodeRoutes = ({ emailCodes, cookie, respond }: EmailCodeRoutesOptions): Route[] => [
  serve(codeRoutes.sendEmailCode, async ({ body, request }) =>
    answerCodeRequested(await emailCodes.send(body.email, cookie.read(request), request), cookie),
  ),

  serve(codeRoutes.verifyEmailCode, async ({ body, request }) => {
    const answer = { ticket: ticketOf(body, cookie, request), code: body.code }
    const how = { persistent: body.remember, tokenTransport: requestedTransport(body) }
    return cookie.clear(await answerStep(await emailCodes.verify(answer, how, request), respond))
  }),
]

/** Also served where a code by mail does not sign in. */
export const createEmailFactorRoutes = ({
  emailCodes,
}: Pick<EmailCodeRoutesOptions, 'emailCodes'>): Route[] => [
  serve(codeRoutes.getEmailFactor, async ({ caller }) => ({
    status: 200,
    body: { secondFactor: await emailCodes.hasFactor(caller.claims) },
  })),

  serve(codeRoutes.setEmailFactor, async ({ body, caller, request }) => {
    await emailCodes.setFactor(caller.claims, body.secondFactor, request)
    return { status: 200, body: { secondFactor: body.secondFactor } }
  }),
]
