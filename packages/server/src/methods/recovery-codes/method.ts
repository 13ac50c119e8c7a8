import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { createRecoveryFactor } from './factor.ts'
import { recoveryCodeTable } from './migrations/0001-recovery-code.ts'
import { amr } from './options.ts'
import { createRecoveryRoutes } from './routes.ts'
import { deleteCodes, readStanding } from './store.ts'

/** Codes that stand in for a lost second factor, each once. */
export const createRecoveryCodesMethod = (core: CoreParts): Method =>
  defineMethod({
    name: 'recovery-codes',
    amr,
    routes: createRecoveryRoutes(core),
    migrations: recoveryCodesMigrations,
    factor: createRecoveryFactor(core),
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await deleteCodes(tx, userId)),
      // Kept for the day the user is enabled again: they open nothing by themselves.
      onUserDisabled: async () => {},
      async onCredentialsChanged(tx, userId, reason) {
        // They hang on no address.
        if (reason !== 'email_changed') await deleteCodes(tx, userId)
      },
      // They stand in for a second factor, and sign nobody in alone.
      countUsable: async () => 0,
      exportUserData: async (db, userId) => ({ left: (await readStanding(db, userId)).left }),
    },
  })

export const recoveryCodesMigrations = [recoveryCodeTable]
