import { codeRoutes } from '@latchkey/contract'
import { answerCodeRequested, ticketOf } from '../../sign-in/code-requested.ts'
import { answerStep } from '../../sign-in/step-answer.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { type SessionResponder, requestedTransport } from '../../sessions/session-response.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import { sendPhoneCode, verifyPhone } from './add-phone.ts'
import { findPhone, removePhone, setPhoneFactor } from './manage-phone.ts'
import type { PhoneServices } from './phone-services.ts'
import type { SmsCodes } from './service.ts'

export interface SmsCodeRoutesOptions {
  smsCodes: SmsCodes
  cookie: TicketCookie
  respond: SessionResponder
}

export const createSmsCodeRoutes = ({ smsCodes, cookie, respond }: SmsCodeRoutesOptions): Route[] => [
  serve(codeRoutes.sendSmsCode, async ({ body, request }) =>
    answerCodeRequested(await smsCodes.send(body.phone, cookie.read(request), request), cookie),
  ),

  serve(codeRoutes.verifySmsCode, async ({ body, request }) => {
    const answer = { ticket: ticketOf(body, cookie, request), code: body.code }
    const how = { persistent: body.remember, tokenTransport: requestedTransport(body) }
    return cookie.clear(await answerStep(await smsCodes.verify(answer, how, request), respond))
  }),
]

export const createPhoneRoutes = (services: PhoneServices): Route[] => [
  serve(codeRoutes.getPhone, async ({ caller }) => ({
    status: 200,
    body: { phone: await findPhone(services, caller.claims.sub) },
  })),

  serve(codeRoutes.sendPhoneCode, async ({ body, caller, request }) => ({
    status: 202,
    body: await sendPhoneCode(services, caller.claims, body.number, request),
    headers: { 'cache-control': 'no-store' },
  })),

  serve(codeRoutes.verifyPhone, async ({ body, caller, request }) => ({
    status: 200,
    body: await verifyPhone(services, caller.claims, body, request),
  })),

  serve(codeRoutes.setPhoneFactor, async ({ body, caller, request }) => ({
    status: 200,
    body: await setPhoneFactor(services, caller.claims, body.secondFactor, request),
  })),

  serve(codeRoutes.removePhone, async ({ caller, request }) => {
    await removePhone(services, caller.claims, request)
    return { status: 204 }
  }),
]
