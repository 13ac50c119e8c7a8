import { days, hours, type Milliseconds, minutes } from '@latchkey/contract'

/** Lifetime of keys that state none: long enough for a quarter's work, short enough that a forgotten one ends. */
export const usualTtl: Milliseconds = days(90)

/** Live keys of one owner. */
export const mostKeys = 100

/** The same while keys are replaced, each beside its successor for a while. */
export const mostKeysInOverlap = 2 * mostKeys

/** Number of ended keys that are listed. */
export const mostListedEnded = 100

/** `last_used_at` is written at most this often. */
export const useInterval: Milliseconds = minutes(1)

/** A key that has ended and is still used is noted at most this often: what goes on trying fills no log. */
export const refusalInterval: Milliseconds = hours(1)
