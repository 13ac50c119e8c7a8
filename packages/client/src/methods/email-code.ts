import { type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import { call, enter } from './call.ts'
import type { Method } from './method.ts'
import { type LoginAnswer, type Next, nextOf } from '../wire/next.ts'
import type { CodeRequested } from '../wire/wire.ts'

/** The answer to a code that was sent. */
export interface CodeAnswer {
  code: string
  /** From the answer to `send`; a browser has it in a cookie and needs none. */
  ticket?: string
  /** False ends the session with the browser. @default true */
  remember?: boolean
}

/** Every call answers `{ data, error }` and throws nothing. */
export interface EmailCodeApi {
  /** The answer is the same for every address. `delayed`: mails do not get through right now, offer something else. */
  send(input: { email: string }): Promise<Result<CodeRequested, never>>
  verify(input: CodeAnswer): Promise<Result<Next, 'challenge_invalid'>>
  /** True if a code by mail is asked for after another proof. */
  secondFactor(): Promise<Result<boolean, BearerCode>>
  /** Asks for a fresh sign-in. */
  setSecondFactor(isWanted: boolean): Promise<Result<boolean, 'email_unverified' | BearerCode>>
}

interface Switch {
  secondFactor: boolean
}

/** Six digits by mail. */
export const emailCode = (): Method<'emailCode', EmailCodeApi> => ({
  name: 'emailCode',
  create: (context) => ({
    send: (input) => resultOf(() => context.api('/email-code/send', { body: input })),
    verify: (input) =>
      resultOf(async () =>
        nextOf(
          await enter<LoginAnswer>(context, '/email-code/verify', { ...input, ...context.tokenTransport }),
        ),
      ),
    secondFactor: () =>
      resultOf(async () => (await call<Switch>(context, '/email-code', { method: 'GET' })).secondFactor),
    setSecondFactor: (isWanted) =>
      resultOf(async () => {
        const change = { method: 'PATCH', body: { secondFactor: isWanted } } as const
        return (await call<Switch>(context, '/email-code', change)).secondFactor
      }),
  }),
})
