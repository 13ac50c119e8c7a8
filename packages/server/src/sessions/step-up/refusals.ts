import { AuthError } from '../../core/auth-error.ts'
import type { SessionWithAccount } from '../store.ts'
import type { StepUp, StepUpOptions } from './raise-fence.ts'

/** The reason why no fence was raised; returned within the transaction, thrown after it. */
export interface Refused {
  code: 'session_revoked' | 'no_session' | 'refresh_token_outdated' | 'refresh_token_reused'
  /** The session whose replaced credential has come. */
  reused: SessionWithAccount | null
}

export const refused = (code: Refused['code'], reused: SessionWithAccount | null = null): Refused => ({
  code,
  reused,
})

/** Ends the session where the refusal is about a replaced credential. Returns the error to throw. */
export async function noticeReuse(
  { reuse }: Pick<StepUpOptions, 'reuse'>,
  { code, reused }: Refused,
  { presentedProofs }: StepUp,
  presented?: number,
): Promise<AuthError> {
  const origin = presentedProofs ?? { ip: null, userAgent: null }
  if (reused) await reuse.end({ found: reused, ...(presented !== undefined && { presented }) }, origin)
  return new AuthError(code)
}
