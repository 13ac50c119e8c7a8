import { z } from 'zod'
import { phoneNumber, timestamp } from './values.ts'

/** The answer to asking for a link or a code, the same if nothing was sent. */
export const codeRequested = z
  .object({
    /** Belongs to the browser or app that asked; a link or code is valid only with it. */
    ticket: z.string(),
    /** Seconds. */
    expiresIn: z.number().int(),
    /**
     * True if mails or messages are delayed: the mail server or gateway refused the last one. Other ways to sign in are
     * quicker.
     */
    delayed: z.boolean(),
  })
  .meta({ id: 'CodeRequested' })
export type CodeRequested = z.infer<typeof codeRequested>

/** The verified number of an account. */
export const phone = z
  .object({
    number: phoneNumber,
    verifiedAt: timestamp,
    /** True if a code sent to it is required as a second factor. */
    secondFactor: z.boolean(),
  })
  .meta({ id: 'Phone' })
export type Phone = z.infer<typeof phone>
