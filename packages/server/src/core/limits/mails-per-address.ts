import { hours } from '@latchkey/contract'
import type { Limit } from './limits.ts'

/** Mails to one address that anybody can have sent there: counted by the address, whoever asks and for whatever. */
export const mailsPerAddress: Limit = { name: 'mails-per-address', most: 5, window: hours(1) }
