import type { Instant } from '@latchkey/contract'

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** Formats a moment for a mail: `21 November 2026 at 09:49 UTC`. The reader's time zone is unknown. */
export const formatInstant = (at: Instant): string => `${format.format(at)} UTC`
