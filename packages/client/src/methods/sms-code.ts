import { type Result, resultOf } from '../wire/errors.ts'
import { enter } from './call.ts'
import type { Method } from './method.ts'
import { type LoginAnswer, type Next, nextOf } from '../wire/next.ts'
import type { CodeRequested } from '../wire/wire.ts'
import type { CodeAnswer } from './email-code.ts'

/** Every call answers `{ data, error }` and throws nothing. */
export interface SmsCodeApi {
  /** A number such as `+4915123456789`. The answer is the same for every number; `delayed` as for mails. */
  send(input: { phone: string }): Promise<Result<CodeRequested, never>>
  verify(input: CodeAnswer): Promise<Result<Next, 'challenge_invalid'>>
}

/** Six digits by SMS, to a number that the user has verified. */
export const smsCode = (): Method<'smsCode', SmsCodeApi> => ({
  name: 'smsCode',
  create: (context) => ({
    send: (input) => resultOf(() => context.api('/sms-code/send', { body: input })),
    verify: (input) =>
      resultOf(async () =>
        nextOf(
          await enter<LoginAnswer>(context, '/sms-code/verify', { ...input, ...context.tokenTransport }),
        ),
      ),
  }),
})
