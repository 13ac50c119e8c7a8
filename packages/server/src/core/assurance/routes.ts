import { accountRoutes } from '@latchkey/contract'
import type { FactorAnswer } from '../method.ts'
import { type Route, serve } from '../route.ts'
import type { Grant } from '../sessions/grant.ts'
import type { SignIn } from './sign-in.ts'

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
      const { ticket, factor } = body
      const { open, delivery } = await signIn.finish({ ticket, factor, answer: answerOf(body) }, request)
      return grant(open, { delivery, as: 'signedIn' })
    }),
  ]
}

/** The proof in a body of the contract's `factorProofs`. */
export const answerOf = (body: FactorAnswer): FactorAnswer =>
  'code' in body ? { code: body.code } : { response: body.response }
