import { signInRoutes, factorRoutes } from '@latchkey/contract'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { FactorAnswer } from './factor.ts'
import { originOf } from '../core/request/request-context.ts'
import { type Route, serve } from '../sessions/route.ts'
import type { SessionResponder } from '../sessions/session-response.ts'
import type { Enrolments } from './enrolments.ts'
import type { SecondFactors } from './second-factors.ts'
import type { SignIn } from './sign-in.ts'
import type { FactorInput } from './sign-in-step.ts'
import { answerSignedIn } from './step-answer.ts'
import type { TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'

export interface SignInRoutesOptions {
  signIn: SignIn
  enrolments: Enrolments
  secondFactors: SecondFactors
  trustedDevices: TrustedDevices
  respond: SessionResponder
  audit: Audit
}

export function createSignInRoutes(options: SignInRoutesOptions): Route[] {
  const { signIn, enrolments, secondFactors, trustedDevices, respond, audit } = options
  return [
    serve(signInRoutes.beginSecondFactor, async ({ body, request }) => ({
      status: 200,
      body: { options: await signIn.begin(body, request) },
    })),

    serve(signInRoutes.finishSecondFactor, async ({ body, request }) => {
      const { ticket, trustDevice } = body
      const input = { ticket, trustDevice, ...factorInputOf(body) }
      return await answerSignedIn(await signIn.finish(input, request), respond)
    }),

    serve(factorRoutes.beginEnrolment, async ({ body, request }) => ({
      status: 200,
      body: { options: await enrolments.beginAtSignIn(body, request) },
    })),

    serve(factorRoutes.finishEnrolment, async ({ body, request }) => {
      const input = { ticket: body.ticket, ...factorInputOf(body) }
      const { recoveryCodes, ...step } = await enrolments.finishAtSignIn(input, request)
      const answer = await answerSignedIn(step, respond)
      return { ...answer, body: { ...(answer.body as object), recoveryCodes } }
    }),

    serve(signInRoutes.beginStepUp, async ({ body, caller }) => ({
      status: 200,
      body: await signIn.beginStepUp(caller.claims, body.factor),
    })),

    serve(factorRoutes.listFactors, async ({ caller }) => ({
      status: 200,
      body: await secondFactors.list(caller.claims.sub),
    })),

    serve(factorRoutes.endTrust, async ({ params, caller, request }) => {
      const { sub: userId, sid: sessionId } = caller.claims
      if (!(await trustedDevices.end(userId, params.id))) throw new AuthError('trusted_device_not_found')
      audit.record({ kind: 'device.trust_ended', userId, sessionId, ...originOf(request) })
      return { status: 204 }
    }),
  ]
}

/** The proof in a body of the contract's `factorProofs`. */
export const factorInputOf = (body: { factor: string } & FactorAnswer): FactorInput => ({
  factor: body.factor,
  answer: 'code' in body ? { code: body.code } : { response: body.response },
})
