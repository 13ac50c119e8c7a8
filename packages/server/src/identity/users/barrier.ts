import type { Config } from '../../config/config.ts'
import type { Account } from './account.ts'

/** What keeps an account out that has proven itself, whatever the method. */
export type Barrier = 'disabled' | 'address not verified'

/** Null where nothing keeps it out. */
export function signInBarrier(
  { disabledAt, emailVerifiedAt }: Pick<Account, 'disabledAt' | 'emailVerifiedAt'>,
  { emailVerification }: Pick<Config, 'emailVerification'>,
): Barrier | null {
  if (disabledAt !== null) return 'disabled'
  return emailVerification === 'required' && emailVerifiedAt === null ? 'address not verified' : null
}
