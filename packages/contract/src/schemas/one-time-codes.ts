import { z } from 'zod'
import { phoneNumber, timestamp } from './values.ts'

/** What asking for a link or a code is answered with, whether or not anything was sent. */
export const codeRequested = z
  .object({
    /** Of the browser or app that asked: without it nothing is answered. */
    ticket: z.string(),
    /** Seconds. */
    expiresIn: z.number().int(),
    /** What is sent waits: mail server or gateway did not take the last one. Other ways to sign in are quicker. */
    delayed: z.boolean(),
  })
  .meta({ id: 'CodeRequested' })
export type CodeRequested = z.infer<typeof codeRequested>

/** The verified number of an account. */
export const phone = z
  .object({
    number: phoneNumber,
    verifiedAt: timestamp,
    /** Whether a code to it is asked for after another proof. */
    secondFactor: z.boolean(),
  })
  .meta({ id: 'Phone' })
export type Phone = z.infer<typeof phone>
