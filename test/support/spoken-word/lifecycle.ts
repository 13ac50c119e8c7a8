import type { Lifecycle } from '../../../packages/server/src/index.ts'
import { findWord, removeWord } from './store.ts'

export const createSpokenWordLifecycle = (): Lifecycle => ({
  holds: { credentials: async (tx, _, { account }) => void (await removeWord(tx, account.id)) },
  countUsable: async () => 0,
  exportUserData: async (tx, userId) => ({ chosen: (await findWord(tx, userId)) !== null }),
})
