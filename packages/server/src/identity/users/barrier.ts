import type { Config } from '../../config/config.ts'
import type { Account } from './account.ts'

/** The reason why an authenticated account may not sign in, whatever the method. */
export type Barrier = 'disabled' | 'address not verified'

/** Null if it may sign in. */
export function signInBarrier(
  { disabledAt, emailVerifiedAt }: Pick<Account, 'disabledAt' | 'emailVerifiedAt'>,
  { emailVerification }: Pick<Config, 'emailVerification'>,
): Barrier | null {
  if (disabledAt !== null) return 'disabled'
  return emailVerification === 'required' && emailVerifiedAt === null ? 'address not verified' : null
}
