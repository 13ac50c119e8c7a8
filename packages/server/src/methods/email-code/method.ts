import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { createEmailFactor } from './factor.ts'
import { emailFactor } from './migrations/0001-email-factor.ts'
import { amr } from './options.ts'
import { createEmailCodeRoutes, createEmailFactorRoutes } from './routes.ts'
import { createEmailCodes } from './service.ts'

/** Six digits by mail: to sign in, to sign up, as a second proof, and to prove oneself again. */
export function createEmailCodeMethod(core: CoreParts, lifecycle: Lifecycle): Method {
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
    lifecycle,
    factor: createEmailFactor(core),
  })
}

export const emailCodeMigrations = [emailFactor]
