import { factorRoutes } from '@latchkey/contract'
import type { MethodServices } from '../method-services.ts'
import { originOf } from '../../core/request/request-context.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { notices } from './mails.ts'

const factor = 'totp'

export function createTotpRoutes({
  enrolments,
  secondFactors,
}: Pick<MethodServices, 'enrolments' | 'secondFactors'>): Route[] {
  return [
    serve(factorRoutes.beginTotp, async ({ caller }) => {
      const { ticket, options } = await enrolments.begin(caller.claims, factor)
      return { status: 200, body: { ticket, ...options } }
    }),

    serve(factorRoutes.finishTotp, async ({ body, caller, request }) => {
      const { ticket, code } = body
      const input = { claims: caller.claims, ticket, answer: { code }, factor }
      return { status: 200, body: await enrolments.finish(input, originOf(request)) }
    }),

    serve(factorRoutes.removeTotp, async ({ caller, request }) => {
      await secondFactors.remove(caller.claims, factor, originOf(request), notices.removed)
      return { status: 204 }
    }),
  ]
}
