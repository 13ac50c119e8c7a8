import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { deleteCodes, readStanding } from './store.ts'

export const createRecoveryCodesLifecycle = (): Lifecycle => ({
  holds: { recoveryCodes: async (tx, _, { account }) => void (await deleteCodes(tx, account.id)) },
  // They stand in for a second factor, and do not sign in alone.
  countUsable: async () => 0,
  exportUserData: async (db, userId) => ({ left: (await readStanding(db, userId)).left }),
})
