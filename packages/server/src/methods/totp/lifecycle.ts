import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { deleteTotp, findTotp } from './store.ts'

export const createTotpLifecycle = (): Lifecycle => ({
  holds: {
    async credentials(tx, effect, { account, since }) {
      const isNewer = async () => ((await findTotp(tx, account.id))?.created_at ?? 0) >= since
      if (effect !== 'added since go' || (await isNewer())) await deleteTotp(tx, account.id)
    },
  },
  // A second factor signs nobody in alone.
  countUsable: async () => 0,
  async exportUserData(db, userId) {
    const row = await findTotp(db, userId)
    return { enrolledAt: row && new Date(row.created_at).toISOString() }
  },
})
