import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { createTotpFactor } from './factor.ts'
import { totpTable } from './migrations/0001-totp.ts'
import { amr } from './options.ts'
import { createTotpRoutes } from './routes.ts'
import { deleteTotp, findTotp } from './store.ts'

/** An authenticator app as the second factor: enrol, prove, replace, remove. */
export const createTotpMethod = (core: CoreParts): Method =>
  defineMethod({
    name: 'totp',
    amr,
    routes: createTotpRoutes(core),
    migrations: totpMigrations,
    factor: createTotpFactor(core),
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await deleteTotp(tx, userId)),
      // Kept for the day the user is enabled again: it opens nothing by itself.
      onUserDisabled: async () => {},
      async onCredentialsChanged(tx, userId, reason) {
        // It hangs on no address.
        if (reason !== 'email_changed') await deleteTotp(tx, userId)
      },
      // A second factor signs nobody in alone.
      countUsable: async () => 0,
      async exportUserData(db, userId) {
        const row = await findTotp(db, userId)
        return { enrolledAt: row && new Date(row.created_at).toISOString() }
      },
    },
  })

export const totpMigrations = [totpTable]
