import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { isoTimeOrNull } from '../../core/iso-time.ts'
import { findEmailFactor, removeEmailFactor } from './store.ts'

export const createEmailCodeLifecycle = ({ signsIn }: { signsIn: boolean }): Lifecycle => ({
  holds: {
    async credentials(tx, effect, { account, since }) {
      const isNewer = async () => ((await findEmailFactor(tx, account.id)) ?? 0) >= since
      if (effect !== 'added since go' || (await isNewer())) await removeEmailFactor(tx, account.id)
    },
  },
  // Every account has an address, and a person who reads its mail can sign in.
  countUsable: async () => (signsIn ? 1 : 0),
  exportUserData: async (db, userId) => ({
    secondFactorSince: isoTimeOrNull(await findEmailFactor(db, userId)),
  }),
})
