import { voidChallengesOfUser } from '../../core/challenges/store.ts'
import { defineMethod, type Method } from '../method.ts'
import type { Route } from '../../sessions/route.ts'
import { passwordCredential } from './migrations/0001-password-credential.ts'
import { amr } from './options.ts'
import { deletePasswordHash, findPassword } from './store.ts'

/** E-mail address and password: register, log in, prove again, change, forget and reset. */
export const passwordMethod = (routes: readonly Route[], { isOffered }: { isOffered: boolean }): Method =>
  defineMethod({
    name: 'password',
    amr,
    routes,
    migrations: passwordMigrations,
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await deletePasswordHash(tx, userId)),
      // The hash stays for the day the user is enabled again; until then no sign-in passes the user's lock.
      onUserDisabled: async (tx, userId) => void (await voidChallengesOfUser(tx, 'reset-password', userId)),
      async onCredentialsChanged(tx, userId, reason) {
        // A reset link that was mailed to the old address must not open the account of the new one.
        await voidChallengesOfUser(tx, 'reset-password', userId)
        if (reason === 'owner_arrived') await deletePasswordHash(tx, userId)
      },
      countUsable: async (db, userId) => (isOffered && (await findPassword(db, userId)) !== null ? 1 : 0),
      exportUserData: async (db, userId) => ({ hasPassword: (await findPassword(db, userId)) !== null }),
    },
  })

export const passwordMigrations = [passwordCredential]
