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
    /** True if it counts as a second factor, together with what this session was authenticated with. */
    isSecondFactor: z.boolean(),
  })
  .meta({ id: 'StepUpMethod' })
export type StepUpMethod = z.infer<typeof stepUpMethod>

/** The second factor is needed. Only this answer has `next`, which a signed-in answer never has. */
export const secondFactorNeeded = z
  .object({
    next: z.literal('second_factor'),
    /** Valid for ten minutes and five tries; gives no access by itself. */
    ticket: z.string(),
    /** Any one of them will do. */
    factors: z.array(factorName).meta({ example: ['totp'] }),
    /** True if `trustDevice` may be sent with the proof. */
    canTrustDevice: z.boolean(),
  })
  .meta({ id: 'SecondFactorNeeded' })
export type SecondFactorNeeded = z.infer<typeof secondFactorNeeded>

/** A second factor is required and the user has none yet: no session before one is enrolled. */
export const secondFactorEnrolmentNeeded = z
  .object({
    next: z.literal('second_factor_enrolment'),
    /** Valid for ten minutes and five tries; gives no access by itself. */
    ticket: z.string(),
    /** The factors that can be enrolled; any one of them will do. */
    factors: z.array(factorName).meta({ example: ['totp'] }),
  })
  .meta({ id: 'SecondFactorEnrolmentNeeded' })
export type SecondFactorEnrolmentNeeded = z.infer<typeof secondFactorEnrolmentNeeded>

/** Shown this once; null where the user has some already. */
export const recoveryCodes = z.array(z.string()).meta({ example: ['7k3m9-x2qd4'] })

/** The answer to an enrolment that finishes a sign-in. */
export const enrolledAndSignedIn = z.union([
  signedIn.extend({ recoveryCodes: recoveryCodes.nullable() }),
  signedInByCookie.extend({ recoveryCodes: recoveryCodes.nullable() }),
])

/** A second factor that a user has enrolled. */
export const enrolledFactor = z
  .object({
    name: factorName,
    /** Stands in for the others. */
    isBackup: z.boolean(),
    /** Null if unknown. */
    since: timestamp.nullable(),
    /** Number of uses left; null if unlimited. */
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
    /** True if the account must have one. */
    required: z.boolean(),
    factors: z.array(enrolledFactor),
    /** The factors that could be enrolled. */
    canEnrol: z.array(factorName).meta({ example: ['totp'] }),
    trustedDevices: z.array(trustedDevice),
  })
  .meta({ id: 'SecondFactors' })
export type SecondFactors = z.infer<typeof secondFactors>

/** A code as people read it from a screen or a sheet of paper; its method checks the form. */
const factorCode = text(64).meta({ example: '123456' })
/** An authenticator's response, for factors without codes. */
const factorResponse = z.record(z.string().max(256), z.unknown()).meta({ example: {} })

/** The proof of a factor: a code or, where the factor has no codes, a structured response. */
export const factorProofs = <Shape extends z.ZodRawShape>(more: Shape) =>
  [
    z.strictObject({ ...more, factor: factorName, code: factorCode }),
    z.strictObject({ ...more, factor: factorName, response: factorResponse }),
  ] as const
