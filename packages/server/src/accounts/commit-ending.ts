import { type Queryable, UniqueViolation } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { EmailProofNeeds } from './email-proof-needs.ts'

/** All or nothing: a link whose change is refused can be used again. */
export async function commit(
  services: EmailProofNeeds,
  work: (tx: Queryable) => Promise<Revoked[]>,
): Promise<void> {
  const { db, outbox, revocations } = services
  try {
    const entries = await db.transaction(async (tx) => await revocations.append(tx, await work(tx)))
    revocations.remember(entries)
    outbox.wake()
  } catch (error) {
    if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
    throw error
  }
}
