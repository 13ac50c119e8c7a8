import { type Result, resultOf } from '../errors.ts'
import { enter } from '../call.ts'
import type { Method } from '../method.ts'
import { type LoginAnswer, type Next, nextOf } from '../next.ts'

export interface SecondFactorApi {
  /** With the ticket that the first proof was answered with, and what the factor asks for. */
  verify(
    input: { ticket: string; factor: string } & ({ code: string } | { response: unknown }),
  ): Promise<Result<Next, 'invalid_credentials' | 'challenge_invalid'>>
}

/** The second step of a sign-in. */
export const secondFactor = (): Method<'secondFactor', SecondFactorApi> => ({
  name: 'secondFactor',
  create: (context) => ({
    verify: (input) =>
      resultOf(async () => nextOf(await enter<LoginAnswer>(context, '/login/second-factor', input))),
  }),
})
