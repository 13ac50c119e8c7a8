import { z } from 'zod'
import { timestamp, uuid } from './values.ts'

export const auditEvent = z
  .object({
    id: uuid,
    at: timestamp,
    kind: z.string(),
    userId: uuid.nullable(),
    actorId: uuid.nullable(),
    sessionId: uuid.nullable(),
    ip: z.string().nullable(),
    /** Such as "Firefox on Linux". */
    device: z.string().nullable(),
    userAgent: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' })
export type AuditEvent = z.infer<typeof auditEvent>
