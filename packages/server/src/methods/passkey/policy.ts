/** The verdict on the counter of the passkey that signed (WebAuthn Level 3 §6.1.1). */
export type CounterVerdict = 'advanced' | 'not_counted' | 'went_back'

/**
 * Synced passkeys do not count and stay at zero. A counter must only rise: two that count separately are copies of one
 * key. A counter that falls to zero went back as well.
 */
export function decideCounter(before: number, now: number): CounterVerdict {
  if (before === 0 && now === 0) return 'not_counted'
  return now > before ? 'advanced' : 'went_back'
}
