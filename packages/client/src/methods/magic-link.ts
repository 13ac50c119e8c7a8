import { type Result, resultOf } from '../wire/errors.ts'
import { enter } from './call.ts'
import type { Method } from './method.ts'
import { type LoginAnswer, type Next, nextOf } from '../wire/next.ts'
import type { CodeRequested } from '../wire/wire.ts'
import type { CodeAnswer } from './email-code.ts'

/** Every call answers `{ data, error }` and throws nothing. */
export interface MagicLinkApi {
  /** The answer is the same for every address. `delayed`: mails do not get through right now, offer something else. */
  send(input: { email: string }): Promise<Result<CodeRequested, never>>
  /**
   * Finishes the sign-in where the link was asked for: with its token, or with the code that it showed on another device.
   * A token that comes without the ticket, or in another browser, is refused and stays good.
   */
  verify(
    input: CodeAnswer | (Omit<CodeAnswer, 'code'> & { token: string }),
  ): Promise<Result<Next, 'challenge_invalid'>>
  /** On another device: a code to be typed where the link was asked for. Signs nobody in here. */
  reveal(input: { token: string }): Promise<Result<{ code: string; expiresIn: number }, 'challenge_invalid'>>
}

/** A link by mail. */
export const magicLink = (): Method<'magicLink', MagicLinkApi> => ({
  name: 'magicLink',
  create: (context) => ({
    send: (input) => resultOf(() => context.api('/magic-link/send', { body: input })),
    verify: (input) =>
      resultOf(async () =>
        nextOf(
          await enter<LoginAnswer>(context, '/magic-link/verify', { ...input, ...context.tokenTransport }),
        ),
      ),
    reveal: (input) => resultOf(() => context.api('/magic-link/code', { body: input })),
  }),
})
