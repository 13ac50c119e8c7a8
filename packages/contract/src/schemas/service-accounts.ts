import { z } from 'zod'
import { timestamp, uuid } from './values.ts'

export const serviceAccount = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    roles: z.array(z.string()),
    createdAt: timestamp,
    updatedAt: timestamp,
    disabledAt: timestamp.nullable(),
  })
  .meta({ id: 'ServiceAccount' })
export type ServiceAccount = z.infer<typeof serviceAccount>
