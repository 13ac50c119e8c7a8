import { accepted, type StepUpCode, type Result, resultOf } from '../wire/errors.ts'
import { elevate, enter } from './call.ts'
import type { Method } from './method.ts'
import { type Next, nextOf, type SecondFactorEnrolmentNeeded } from '../wire/next.ts'
import type { AnySignedIn } from '../wire/wire.ts'

/** Every call answers `{ data, error }` and throws nothing; `error.code` is literal. */
export interface PasswordApi {
  /**
   * `verify_email`: the account exists once the e-mail address is verified; keep the ticket for `verifyEmail` by code.
   */
  register(input: {
    email: string
    password: string
    name?: string
  }): Promise<
    Result<
      Exclude<Next, { next: 'second_factor' }> | { next: 'verify_email'; ticket: string },
      'email_taken' | 'password_too_common' | 'registration_closed'
    >
  >
  /** `remember`: false ends the session with the browser. @default true */
  login(input: {
    email: string
    password: string
    remember?: boolean
  }): Promise<Result<Next, 'invalid_credentials'>>
  /** Steps up, within the session; afterwards the request that asked for it can be sent again. */
  stepUp(input: { password: string }): Promise<Result<true, 'invalid_credentials' | StepUpCode>>
  /** Every other session ends. */
  change(input: {
    currentPassword: string
    newPassword: string
  }): Promise<Result<true, 'invalid_credentials' | 'password_too_common' | StepUpCode>>
  /** The answer is the same for every address. */
  forgot(input: { email: string }): Promise<Result<true, never>>
  /** With the token of the mail's link. Ends every session. */
  reset(input: {
    token: string
    newPassword: string
  }): Promise<Result<true, 'challenge_invalid' | 'password_too_common'>>
}

type RegistrationAnswer = AnySignedIn | SecondFactorEnrolmentNeeded | { next: 'verify_email'; ticket: string }

/** E-mail address and password. */
export const password = (): Method<'password', PasswordApi> => ({
  name: 'password',
  create: (context) => ({
    register: (input) =>
      resultOf(async () => {
        const answer: RegistrationAnswer = await enter(context, '/register', {
          ...input,
          ...context.tokenTransport,
        })
        return 'next' in answer ? answer : { next: 'done', user: answer.user }
      }),
    login: (input) =>
      resultOf(async () => nextOf(await enter(context, '/login', { ...input, ...context.tokenTransport }))),
    stepUp: (input) => accepted(() => elevate(context, '/step-up', input)),
    change: (input) =>
      accepted(async () => {
        const answer = await elevate(context, '/change-password', input)
        // With the new refresh token in the cookie nothing else came along, and the access token has ended.
        if (!answer) await context.renew()
      }),
    forgot: (input) => accepted(() => context.api('/forgot-password', { body: input })),
    reset: (input) => accepted(() => context.api('/reset-password', { body: input })),
  }),
})
