import type { Factor } from '../../../packages/server/src/index.ts'
import { findWord } from './store.ts'

export const createSpokenWordFactor = (): Factor => ({
  name: 'spoken-word',
  amr: ['kba'],
  isEnrolled: async (tx, userId) => (await findWord(tx, userId)) !== null,
  async verify(tx, { userId, answer }) {
    const word = await findWord(tx, userId)
    if (word === null || !('code' in answer) || answer.code !== word) return null
    // Nobody has changed it meanwhile.
    return async (tx) => (await findWord(tx, userId)) === word
  },
})
