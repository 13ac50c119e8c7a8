import { z } from 'zod'
import { apiKey } from './api-keys.ts'
import { auditEvent } from './audit.ts'
import { device } from './sessions.ts'
import { user } from './users.ts'
import { timestamp } from './values.ts'

/** All data kept about a user, without secrets that could sign in. */
export const accountExport = z
  .object({
    exportedAt: timestamp,
    user,
    sessions: z.array(device),
    apiKeys: z.array(apiKey),
    /** Keyed by the name of the sign-in method. */
    methods: z.record(z.string(), z.record(z.string(), z.unknown())),
    /** Newest first. */
    activity: z.array(auditEvent),
  })
  .meta({ id: 'AccountExport' })
export type AccountExport = z.infer<typeof accountExport>
