import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { isoTimeOrNull } from '../../core/iso-time.ts'
import { createEmailFactor } from './factor.ts'
import { emailFactor } from './migrations/0001-email-factor.ts'
import { amr } from './options.ts'
import { createEmailCodeRoutes, createEmailFactorRoutes } from './routes.ts'
import { createEmailCodes } from './service.ts'
import { findEmailFactor, removeEmailFactor } from './store.ts'

/** Six digits by mail: to sign in, to sign up, as a second proof, and to prove oneself again. */
export function createEmailCodeMethod(core: CoreParts): Method {
  const { config, grant, ticketCookies } = core
  const emailCodes = createEmailCodes(core)
  const signsIn = config.signInMethods.includes('email-code')
  return defineMethod({
    name: 'email-code',
    amr,
    routes: [
      ...(signsIn ? createEmailCodeRoutes({ emailCodes, cookie: ticketCookies.emailCode, grant }) : []),
      ...createEmailFactorRoutes({ emailCodes }),
    ],
    migrations: emailCodeMigrations,
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await removeEmailFactor(tx, userId)),
      // Codes that are out find the account disabled; the choice stays for the day it is enabled again.
      onUserDisabled: async () => {},
      async onCredentialsChanged(tx, userId, reason) {
        // Another address is proven before it counts: the choice goes along with it. Codes for the old one do not fit.
        if (reason !== 'email_changed') await removeEmailFactor(tx, userId)
      },
      // Everybody has an address, and whoever reads its mail comes in.
      countUsable: async () => (signsIn ? 1 : 0),
      exportUserData: async (db, userId) => ({
        secondFactorSince: isoTimeOrNull(await findEmailFactor(db, userId)),
      }),
    },
    factor: createEmailFactor(core),
  })
}

export const emailCodeMigrations = [emailFactor]
