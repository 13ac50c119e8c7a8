import type { Lifecycle } from '../../accounts/lifecycle.ts'
import type { ResetMails } from './reset-mails.ts'
import { deletePasswordHash, findPassword } from './store.ts'

interface PasswordLifecycleOptions {
  isOffered: boolean
  resetMails: Pick<ResetMails, 'send'>
}

export const createPasswordLifecycle = ({ isOffered, resetMails }: PasswordLifecycleOptions): Lifecycle => ({
  holds: {
    async credentials(tx, effect, { account, event }) {
      // It is asked for first, and after nothing else.
      if (effect === 'factors go') return
      // An intruder in the account may know it, whenever it was set.
      await deletePasswordHash(tx, account.id)
      // The account after the change: a link to the address that is taken away would give it to the thief.
      if (event === 'address_change_undone') await resetMails.send(tx, account, 'address is back')
    },
  },
  countUsable: async (db, userId) => (isOffered && (await findPassword(db, userId)) !== null ? 1 : 0),
  exportUserData: async (db, userId) => ({ hasPassword: (await findPassword(db, userId)) !== null }),
})
