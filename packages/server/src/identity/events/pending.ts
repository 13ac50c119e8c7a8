import type { Instant, SessionId, UserId } from '@latchkey/contract'
import type { ChallengePurpose } from '../../core/challenges/purpose.ts'
import { purposesOf } from '../../core/challenges/purpose.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import type { Queryable } from '../../db/database.ts'
import { statement, type Statement } from '../../db/statement.ts'
import type { Holder } from './holder.ts'

/** Holds pending answers of the user, or of a person who asked in their name. */
export const pendingHolder: Holder = {
  async pendingCodes(tx, effect, { account, sessionId }) {
    if (effect === 'die') await endAll(tx, codes, account.id)
    else await endOfSession(tx, codes, account.id, sessionId)
  },

  async pendingChanges(tx, effect, { account, sessionId }) {
    if (effect === 'die') await endAll(tx, changes, account.id)
    else if (effect === 'older requests die') await endAll(tx, addressChanges, account.id)
    else if (effect === 'of other sessions die') await endOfOthers(tx, changes, account.id, sessionId)
    else await endOfSession(tx, changes, account.id, sessionId)
  },
}

/** The three ways to end pending rows with one of these purposes. */
interface Endings {
  all: Statement
  ofSession: Statement
  ofOthers: Statement
}

function endingsOf(purposes: readonly ChallengePurpose[]): Endings {
  const ofUser = `DELETE FROM challenge WHERE user_id = :userId
    AND purpose IN (${purposes.map((purpose) => `'${purpose}'`).join(', ')})`
  return {
    all: statement(ofUser),
    ofSession: statement(`${ofUser} AND session_id = :sessionId`),
    ofOthers: statement(`${ofUser} AND session_id IS DISTINCT FROM :sessionId`),
  }
}

const codes = endingsOf(purposesOf('code'))
const changes = endingsOf(purposesOf('change'))
const addressChanges = endingsOf(['change-email'])

const pendingBefore = statement(`DELETE FROM challenge WHERE created_at < :before
  AND purpose IN (${[...purposesOf('code'), ...purposesOf('change')].map((each) => `'${each}'`).join(', ')})`)

/** Ends those of all users: a restored backup does not know which were answered or ended after it. */
export const endPendingBefore = (tx: Queryable, before: Instant): Promise<unknown[]> =>
  tx.all(pendingBefore, { before })

const endAll = (tx: Queryable, { all }: Endings, userId: UserId): Promise<unknown[]> =>
  tx.all(all, { userId: parseUuid(userId) })

async function endOfSession(
  tx: Queryable,
  { ofSession }: Endings,
  userId: UserId,
  sessionId: SessionId | null,
): Promise<void> {
  if (sessionId !== null)
    await tx.all(ofSession, { userId: parseUuid(userId), sessionId: parseUuid(sessionId) })
}

const endOfOthers = (
  tx: Queryable,
  { ofOthers }: Endings,
  userId: UserId,
  sessionId: SessionId | null,
): Promise<unknown[]> =>
  tx.all(ofOthers, { userId: parseUuid(userId), sessionId: sessionId && parseUuid(sessionId) })
