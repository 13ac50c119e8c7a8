import { days, hours, minutes, type Milliseconds } from '@latchkey/contract'

const units = [
  ['day', days(1)],
  ['hour', hours(1)],
  ['minute', minutes(1)],
] as const

/** A span as a sentence says it, in the largest unit that fits evenly: `15 minutes`, `1 hour`, `7 days`. */
export function formatSpan(span: Milliseconds): string {
  const [unit, size] =
    units.find(([, size]) => span >= size && span % size === 0) ?? (['minute', minutes(1)] as const)
  // Rounded down: a link must not be promised to live longer than it does.
  const count = Math.max(1, Math.floor(span / size))
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
