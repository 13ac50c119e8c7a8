import { z } from 'zod'
import { apiKey } from './api-keys.ts'
import { auditEvent } from './audit.ts'
import { device } from './sessions.ts'
import { user } from './users.ts'
import { timestamp } from './values.ts'

/** Everything that is kept about a user, without anything that signs in. */
export const accountExport = z
  .object({
    exportedAt: timestamp,
    user,
    sessions: z.array(device),
    apiKeys: z.array(apiKey),
    /** By the name of the method of signing in. */
    methods: z.record(z.string(), z.record(z.string(), z.unknown())),
    /** Newest first. */
    activity: z.array(auditEvent),
  })
  .meta({ id: 'AccountExport' })
export type AccountExport = z.infer<typeof accountExport>
