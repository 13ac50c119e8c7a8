import type { UserId } from '@latchkey/contract'
import { findOne, type Queryable, statement } from '../../../packages/server/src/index.ts'

const find = statement('SELECT word FROM spoken_word WHERE user_id = :userId')
const save = statement(`INSERT INTO spoken_word (user_id, word) VALUES (:userId, :word)
  ON CONFLICT (user_id) DO UPDATE SET word = excluded.word`)
const remove = statement('DELETE FROM spoken_word WHERE user_id = :userId RETURNING user_id')

export const findWord = async (tx: Queryable, userId: UserId): Promise<string | null> =>
  (await findOne<{ word: string }>(tx, find, { userId }))?.word ?? null

export const saveWord = async (tx: Queryable, userId: UserId, word: string): Promise<void> =>
  void (await tx.all(save, { userId, word }))

/** True if there was one. */
export const removeWord = async (tx: Queryable, userId: UserId): Promise<boolean> =>
  (await tx.all(remove, { userId })).length > 0
