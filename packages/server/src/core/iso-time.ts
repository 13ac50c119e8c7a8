import type { Instant } from '@latchkey/contract'

export const isoTime = (time: Instant): string => new Date(time).toISOString()

export const isoTimeOrNull = (time: Instant | null): string | null => (time === null ? null : isoTime(time))
