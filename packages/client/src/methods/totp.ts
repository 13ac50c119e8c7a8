import { call } from './call.ts'
import { accepted, type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import type { Method } from './method.ts'
import type { TotpOptions } from '../wire/wire.ts'

/** Every call asks for a fresh sign-in, and for a second factor where there is one already. */
export interface TotpApi {
  /** A new seed. Nothing counts before `verify`. */
  options(): Promise<Result<TotpOptions & { ticket: string }, BearerCode>>
  /** Enrols the app, or replaces the one before. With the first second factor come recovery codes, shown this once. */
  verify(input: {
    ticket: string
    code: string
  }): Promise<
    Result<{ recoveryCodes: string[] | null }, 'challenge_invalid' | 'second_factor_invalid' | BearerCode>
  >
  /** Every other session ends. */
  remove(): Promise<Result<true, 'factor_not_found' | 'second_factor_required' | BearerCode>>
}

/** An authenticator app as the second factor. */
export const totp = (): Method<'totp', TotpApi> => ({
  name: 'totp',
  create: (context) => ({
    options: () => resultOf(() => call(context, '/totp/options')),
    verify: (input) => resultOf(() => call(context, '/totp/verify', { body: input })),
    remove: () => accepted(() => call(context, '/totp', { method: 'DELETE' })),
  }),
})
