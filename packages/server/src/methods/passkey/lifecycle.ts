import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { askAfterPassword, listPasskeys, removePasskeysSince } from './store.ts'

export const createPasskeyLifecycle = ({ isOffered }: { isOffered: boolean }): Lifecycle => ({
  holds: {
    async credentials(tx, effect, { account, since }) {
      // The request after a password goes; passkeys that sign in by themselves are unaffected.
      if (effect === 'factors go') await askAfterPassword(tx, account.id, false)
      else await removePasskeysSince(tx, account.id, effect === 'go' ? 0 : since)
    },
  },
  countUsable: async (db, userId) => (isOffered ? (await listPasskeys(db, userId)).length : 0),
  exportUserData: async (db, userId) => ({
    passkeys: (await listPasskeys(db, userId)).map(({ name, created_at, last_used_at }) => ({
      name,
      createdAt: new Date(created_at).toISOString(),
      lastUsedAt: last_used_at && new Date(last_used_at).toISOString(),
    })),
  }),
})
