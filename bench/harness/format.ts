import type { Spread } from './statistics.ts'

/** Three significant digits are more than the noise leaves. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** median (lowest–highest) */
export function figures({ median, lowest, highest }: Spread): string {
  return `${figure(median)} (${figure(lowest)}–${figure(highest)})`
}
