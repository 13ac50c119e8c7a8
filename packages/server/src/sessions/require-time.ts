import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'

/** Nobody is signed out for their age by a clock that has jumped. Throws AuthError `unavailable` while one has. */
export function requireTime({ isTimeInDoubt }: Pick<Ports, 'isTimeInDoubt'>): void {
  if (isTimeInDoubt())
    throw new AuthError('unavailable', { retryAfter: 5, log: { reason: 'the clock is in doubt' } })
}
