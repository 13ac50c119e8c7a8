import { randomBytes } from 'node:crypto'
import { withChecksum } from '../token/api-key.ts'

/** Returns a key that was never issued, in the form in which servers make them. */
export const randomApiKey = (): string => withChecksum(`lkk_${randomBytes(16).toString('hex').slice(1)}`)
