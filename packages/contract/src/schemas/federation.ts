import { z } from 'zod'
import { timestamp, uuid } from './values.ts'

/** An account at another service by which the user can sign in. */
export const linkedAccount = z
  .object({
    id: uuid,
    /** The id of the service. */
    provider: z.string().meta({ example: 'google' }),
    /** Its name for people. */
    label: z.string().meta({ example: 'Google' }),
    /** As last reported by that service; neither is verified here. */
    email: z.string().nullable(),
    name: z.string().nullable(),
    linkedAt: timestamp,
    lastUsedAt: timestamp,
  })
  .meta({ id: 'LinkedAccount' })
export type LinkedAccount = z.infer<typeof linkedAccount>
