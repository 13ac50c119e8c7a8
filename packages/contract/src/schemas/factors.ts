import { z } from 'zod'
import { signedIn, signedInByCookie } from './sessions.ts'
import { text, timestamp, uuid } from './values.ts'

/** A second factor, as its method names it: `totp`. */
export const factorName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must start with a letter and hold only a–z, 0–9, _ and -')
  .meta({ example: 'totp' })

/** `password`, or the name of a factor. */
export const stepUpMethod = z
  .object({
    name: factorName,
    /** True if `begin` comes before the answer: a code is sent, or a challenge made. */
    asks: z.boolean(),
    /** True if it answers where a second factor is asked for: with what this session has proven, it makes two. */
    isSecondFactor: z.boolean(),
  })
  .meta({ id: 'StepUpMethod' })
export type StepUpMethod = z.infer<typeof stepUpMethod>

/** What a signed-in answer never holds is `next`: that tells the two apart. */
export const secondFactorNeeded = z
  .object({
    next: z.literal('second_factor'),
    /** Good for ten minutes and five tries; opens nothing by itself. */
    ticket: z.string(),
    /** Any one of them will do. */
    factors: z.array(factorName).meta({ example: ['totp'] }),
    /** Whether `trustDevice` may be sent with the proof. */
    canTrustDevice: z.boolean(),
  })
  .meta({ id: 'SecondFactorNeeded' })
export type SecondFactorNeeded = z.infer<typeof secondFactorNeeded>

/** There is to be a second factor, and the user has none yet: no session before one is enrolled. */
export const secondFactorEnrolmentNeeded = z
  .object({
    next: z.literal('second_factor_enrolment'),
    /** Good for ten minutes and five tries; opens nothing by itself. */
    ticket: z.string(),
    /** What can be enrolled; any one of them will do. */
    factors: z.array(factorName).meta({ example: ['totp'] }),
  })
  .meta({ id: 'SecondFactorEnrolmentNeeded' })
export type SecondFactorEnrolmentNeeded = z.infer<typeof secondFactorEnrolmentNeeded>

/** Shown this once; null where the user has some already. */
export const recoveryCodes = z.array(z.string()).meta({ example: ['7k3m9-x2qd4'] })

/** Enrolled, and signed in by it. */
export const enrolledAndSignedIn = z.union([
  signedIn.extend({ recoveryCodes: recoveryCodes.nullable() }),
  signedInByCookie.extend({ recoveryCodes: recoveryCodes.nullable() }),
])

/** A second factor that somebody has. */
export const enrolledFactor = z
  .object({
    name: factorName,
    /** Stands in for the others. */
    isBackup: z.boolean(),
    /** Null where that is not known. */
    since: timestamp.nullable(),
    /** How many times it can still be used; null where it does not wear out. */
    left: z.number().int().nullable(),
  })
  .meta({ id: 'EnrolledFactor' })
export type EnrolledFactor = z.infer<typeof enrolledFactor>

/** A browser that is not asked for the second factor. */
export const trustedDevice = z
  .object({
    id: uuid,
    label: z.string(),
    ip: z.string().nullable(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    expiresAt: timestamp,
  })
  .meta({ id: 'TrustedDevice' })
export type TrustedDevice = z.infer<typeof trustedDevice>

export const secondFactors = z
  .object({
    /** Whether the account must have one. */
    required: z.boolean(),
    factors: z.array(enrolledFactor),
    /** What could be enrolled. */
    canEnrol: z.array(factorName).meta({ example: ['totp'] }),
    trustedDevices: z.array(trustedDevice),
  })
  .meta({ id: 'SecondFactors' })
export type SecondFactors = z.infer<typeof secondFactors>

/** A code as people read it from a screen or a sheet of paper; how it must look is for its method to say. */
const factorCode = text(64).meta({ example: '123456' })
/** What an authenticator answers where that is not a code. */
const factorResponse = z.record(z.string().max(256), z.unknown()).meta({ example: {} })

/** The proof of a factor: a code or, where the factor has no codes, a structured response. */
export const factorProofs = <Shape extends z.ZodRawShape>(more: Shape) =>
  [
    z.strictObject({ ...more, factor: factorName, code: factorCode }),
    z.strictObject({ ...more, factor: factorName, response: factorResponse }),
  ] as const
