import { accepted, type BearerCode, type Result, resultOf, type StepUpCode } from '../wire/errors.ts'
import { call, elevate, enter } from './call.ts'
import type { Method } from './method.ts'
import type { SecondFactors, SignedIn, StepUpMethod, TotpOptions, User } from '../wire/wire.ts'

/** The answer of a factor: a code, or the response of an authenticator. */
export type FactorAnswer = { factor: string } & ({ code: string } | { response: Record<string, unknown> })

/** After `login` has answered with `next: 'second_factor'`, or within a session. */
export interface SecondFactorApi {
  /** Has a code sent, or returns the challenge; only for factors that ask. */
  begin(input: {
    ticket: string
    factor: string
  }): Promise<Result<{ options: Record<string, unknown> }, 'challenge_invalid' | 'second_factor_invalid'>>
  /** Finishes the sign-in whose first step was answered with this ticket. After `challenge_invalid` it starts anew. */
  verify(
    input: {
      ticket: string
      /** This browser is not asked again for some time; only where `canTrustDevice` said so. @default false */
      trustDevice?: boolean
    } & FactorAnswer,
  ): Promise<
    Result<
      { next: 'done'; user: User },
      'challenge_invalid' | 'second_factor_invalid' | 'invalid_credentials'
    >
  >
  /** After `next: 'second_factor_enrolment'`: what the factor needs to be set up; of `totp` all of {@link TotpOptions}. */
  beginEnrolment(input: {
    ticket: string
    factor: string
  }): Promise<
    Result<
      { options: Partial<TotpOptions> & Record<string, unknown> },
      'challenge_invalid' | 'second_factor_invalid'
    >
  >
  /** Proves the new factor and finishes the sign-in. The recovery codes are shown this once; null: there are some. */
  enrol(
    input: { ticket: string } & FactorAnswer,
  ): Promise<
    Result<
      { next: 'done'; user: User; recoveryCodes: string[] | null },
      'challenge_invalid' | 'second_factor_invalid' | 'invalid_credentials'
    >
  >
  /** Lists the factors that the user has, and says which they must have. */
  list(): Promise<Result<SecondFactors, BearerCode>>
  /** Has a trusted device asked again. */
  endTrust(id: string): Promise<Result<true, 'trusted_device_not_found' | BearerCode>>
  /** Lists the ways to step up: `password`, or the name of a factor. */
  stepUpMethods(): Promise<Result<StepUpMethod[], BearerCode>>
  /** As `begin`, within the session. */
  beginStepUp(input: {
    factor: string
  }): Promise<
    Result<{ ticket: string; options: Record<string, unknown> }, 'second_factor_invalid' | BearerCode>
  >
  /** Raises the session to the second assurance level. */
  stepUp(
    input: { ticket?: string } & FactorAnswer,
  ): Promise<Result<true, 'second_factor_invalid' | 'challenge_invalid' | StepUpCode>>
}

/** The second step of a sign-in, and of a step-up. */
export const secondFactor = (): Method<'secondFactor', SecondFactorApi> => ({
  name: 'secondFactor',
  create: (context) => ({
    begin: (input) => resultOf(() => context.api('/login/second-factor/begin', { body: input })),
    verify: (input) =>
      resultOf(async () => {
        const { user } = await enter<SignedIn>(context, '/login/second-factor', input)
        return { next: 'done', user }
      }),
    beginEnrolment: (input) =>
      resultOf(() => context.api('/login/second-factor/enrol/begin', { body: input })),
    enrol: (input) =>
      resultOf(async () => {
        const answer = await enter<SignedIn>(context, '/login/second-factor/enrol', input)
        const { recoveryCodes = null } = answer as SignedIn & { recoveryCodes?: string[] | null }
        return { next: 'done', user: answer.user, recoveryCodes }
      }),
    list: () => resultOf(() => call(context, '/factors', { method: 'GET' })),
    endTrust: (id) =>
      accepted(() => call(context, `/trusted-devices/${encodeURIComponent(id)}`, { method: 'DELETE' })),
    stepUpMethods: () =>
      resultOf(
        async () => (await call<{ items: StepUpMethod[] }>(context, '/step-up', { method: 'GET' })).items,
      ),
    beginStepUp: (input) => resultOf(() => call(context, '/step-up/begin', { body: input })),
    stepUp: (input) => accepted(() => elevate(context, '/step-up', input)),
  }),
})
