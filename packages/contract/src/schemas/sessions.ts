import { z } from 'zod'
import { user } from './users.ts'
import { timestamp, uuid } from './values.ts'

/** The key that the refresh token is bound to: the client's own (DPoP), or one in the device (DBSC). */
const binding = z.enum(['dpop', 'dbsc']).nullable().meta({ example: null })

export const session = z
  .object({
    id: uuid,
    /** Rises by one with every refresh; an answer with a lower one is older. */
    generation: z.number().int(),
    authenticatedAt: timestamp,
    expiresAt: timestamp,
    amr: z.array(z.string()),
    aal: z.number().int(),
    binding,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof session>

export const device = z
  .object({
    id: uuid,
    current: z.boolean(),
    label: z.string(),
    userAgent: z.string().nullable(),
    ip: z.string().nullable(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    expiresAt: timestamp,
    amr: z.array(z.string()),
    binding,
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof device>

export const signedIn = z
  .object({
    user,
    accessToken: z.string(),
    /** `DPoP` if the request brought a proof: the token is valid only with further proofs of that key (RFC 9449). */
    tokenType: z.enum(['Bearer', 'DPoP']),
    /** Seconds from now. */
    expiresIn: z.number().int(),
    session,
    /** Present only if `tokenDelivery` is `body`. */
    refreshToken: z.string().optional(),
  })
  .meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof signedIn>

/**
 * Signed in by a session cookie: there are no tokens. Only this answer has `sessionKind`, which {@link signedIn} never
 * has.
 */
export const signedInByCookie = z
  .object({ sessionKind: z.literal('cookie'), user, session })
  .meta({ id: 'SignedInByCookie' })
export type SignedInByCookie = z.infer<typeof signedInByCookie>

/** A session in either of its kinds. */
export const anySignedIn = z.union([signedIn, signedInByCookie])

/** Identifies one refresh: repeated on every retry, and stored by the client before it sends. */
export const attemptHeader = z.object({
  'refresh-attempt': z
    .string()
    .regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, 'must be 16 random bytes in base64url (22 characters)')
    .optional(),
})
