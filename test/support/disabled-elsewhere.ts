import { parseUuid } from '../../packages/server/src/core/ports/uuid.ts'
import { statement } from '../../packages/server/src/db/statement.ts'
import type { TestLatchkey } from './test-latchkey.ts'

const save = statement('UPDATE user_account SET disabled_at = :at WHERE id = :userId')

/**
 * Disables somebody, or no longer, without a word of it: what is open for them stays open, as for a moment in the process
 * that has read the account before another one disabled it.
 */
export async function disableElsewhere(
  { latchkey, clock }: TestLatchkey,
  userId: string,
  isDisabled = true,
): Promise<void> {
  const at = isDisabled ? clock.now() : null
  await latchkey.services.db.all(save, { userId: parseUuid(userId), at })
}
