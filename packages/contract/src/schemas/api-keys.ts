import { z } from 'zod'
import { scopes } from './scopes.ts'
import { text, timestamp, uuid } from './values.ts'

/** Seconds; at most ten years. */
const expiresIn = z.number().int().min(60).max(315_360_000)

/** The input for a new API key. */
export const newApiKey = {
  name: text(100),
  scopes: scopes.default([]),
  /** Seconds from now, 90 days unless given; null for a key that never expires, where that is allowed. */
  expiresIn: expiresIn.nullable().optional(),
  /** True if tokens for the key carry the roles and permissions of its owner as well. */
  inheritRoles: z.boolean().default(false),
  /** How often the key may be presented here in a minute; no limit unless given. */
  requestsPerMinute: z.number().int().min(1).max(100_000).nullable().default(null),
}

/** Seconds for which the old key goes on working beside the new one; at most a week. */
export const overlap = z.number().int().min(0).max(604_800).default(3600)

export const apiKey = z
  .object({
    id: uuid,
    name: z.string(),
    /** The last characters of the key, to recognise it by. */
    lastFour: z.string().meta({ example: 'x7Qk' }),
    scopes: z.array(z.string()).meta({ example: ['notes:read'] }),
    inheritRoles: z.boolean(),
    requestsPerMinute: z.number().int().nullable(),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    /** To the minute. */
    lastUsedAt: timestamp.nullable(),
    /** The last time it was presented after it had ended; to the hour. */
    refusedAt: timestamp.nullable(),
    /** The key that takes its place, once it is rotated. */
    successorId: uuid.nullable(),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof apiKey>

/** The answer to creating or rotating a key, the only one that holds the key itself. */
export const createdApiKey = z
  .object({ apiKey, key: z.string().meta({ example: 'lkk_…' }) })
  .meta({ id: 'CreatedApiKey' })
export type CreatedApiKey = z.infer<typeof createdApiKey>
