import { hours } from '@latchkey/contract'
import type { Limit } from './limits.ts'

/** Limit for mails that anybody can have sent to one address, counted per address for all requesters and purposes. */
export const mailsPerAddress: Limit = { name: 'mails-per-address', most: 5, window: hours(1) }
