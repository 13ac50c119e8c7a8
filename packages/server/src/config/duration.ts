import { days, hours, milliseconds, minutes, seconds, type Milliseconds } from '@latchkey/contract'
import { z } from 'zod'

/** A duration as people write it: `30s`, `15m`, `12h`, `7d`. */
export type DurationText = `${number}${keyof typeof units}`

const units = { s: seconds, m: minutes, h: hours, d: days }

/**
 * A setting that is a duration, from text with a unit or from a number of milliseconds.
 *
 * Only whole seconds: tokens and cookies count in them, and a bare `30` that was meant as seconds is refused
 * instead of becoming 30 milliseconds.
 */
export const duration = ({
  from,
  to,
  orZero = false,
}: {
  from: DurationText
  to: DurationText
  orZero?: boolean
}) => {
  const least = parseDuration(from)
  const most = parseDuration(to)
  const fits = (time: number | null): boolean =>
    time !== null && time % 1000 === 0 && ((time >= least && time <= most) || (orZero && time === 0))
  return z
    .custom<DurationText | Milliseconds>((given) => fits(toMilliseconds(given)))
    .transform((given) => milliseconds(toMilliseconds(given) ?? 0))
    .meta({
      description: `${orZero ? '0s or ' : ''}a duration from ${from} to ${to}, written like 30s, 15m, 12h or 7d`,
      unit: 'milliseconds',
    })
}

const toMilliseconds = (given: unknown): number | null =>
  typeof given === 'number' ? given : typeof given === 'string' ? parseDuration(given) : null

/** Returns milliseconds; NaN for text that is no duration. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  return match ? units[match[2] as keyof typeof units](Number(match[1])) : Number.NaN
}

/** The shortest text for a duration, as `config print` shows it: `900000` → `15m`. */
export function formatDuration(time: number): string {
  const unit = (['d', 'h', 'm'] as const).find((unit) => time > 0 && time % units[unit](1) === 0) ?? 's'
  return `${time / units[unit](1)}${unit}`
}
