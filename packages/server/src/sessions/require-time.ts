import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'

/** Throws AuthError `unavailable` while the clock has jumped: such a clock must not expire sessions. */
export function requireTime({ isTimeInDoubt }: Pick<Ports, 'isTimeInDoubt'>): void {
  if (isTimeInDoubt())
    throw new AuthError('unavailable', { retryAfter: 5, log: { reason: 'the clock is in doubt' } })
}
