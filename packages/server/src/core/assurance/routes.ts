import { accountRoutes } from '@latchkey/contract'
import type { FactorAnswer } from '../method.ts'
import { type Route, serve } from '../route.ts'
import type { Grant } from '../sessions/grant.ts'
import type { FactorInput, SignIn } from './sign-in.ts'
import { answerStep } from './step-answer.ts'

export interface SignInRoutesOptions {
  signIn: SignIn
  grant: Grant
}

export function createSignInRoutes({ signIn, grant }: SignInRoutesOptions): Route[] {
  return [
    serve(accountRoutes.beginSecondFactor, async ({ body }) => ({
      status: 200,
      body: { options: await signIn.begin(body) },
    })),

    serve(accountRoutes.finishSecondFactor, async ({ body, request }) => {
      const input = { ticket: body.ticket, ...factorInputOf(body) }
      return await answerStep(await signIn.finish(input, request), grant)
    }),

    serve(accountRoutes.beginStepUp, async ({ body, caller }) => ({
      status: 200,
      body: await signIn.beginStepUp(caller.claims, body.factor),
    })),
  ]
}

/** The proof in a body of the contract's `factorProofs`. */
export const factorInputOf = (body: { factor: string } & FactorAnswer): FactorInput => ({
  factor: body.factor,
  answer: 'code' in body ? { code: body.code } : { response: body.response },
})
