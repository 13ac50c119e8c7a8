import { defineMethod } from '../method.ts'
import { createEmailFactor } from './factor.ts'
import { createEmailCodeLifecycle } from './lifecycle.ts'
import { emailFactor } from './migrations/0001-email-factor.ts'
import { amr } from './options.ts'
import { createEmailCodePages } from './pages.ts'
import { createEmailCodeRoutes, createEmailFactorRoutes } from './routes.ts'
import { createEmailCodes } from './service.ts'

/** Six digits by mail: for sign-in, sign-up, a second proof and step-up. */
export const emailCodeMethod = defineMethod({
  name: 'email-code',
  amr,
  migrations: [emailFactor],
  prepare(core) {
    const signsIn = core.config.signInMethods.includes('email-code')
    return {
      lifecycle: createEmailCodeLifecycle({ signsIn }),
      factor: createEmailFactor(core),
      serve(services) {
        const emailCodes = createEmailCodes(services)
        const { respond, ticketCookies } = services
        const signIn = signsIn
          ? createEmailCodeRoutes({ emailCodes, cookie: ticketCookies.emailCode, respond })
          : []
        return {
          routes: [...signIn, ...createEmailFactorRoutes({ emailCodes })],
          pages: (site) => createEmailCodePages(site, services, { signsIn }),
        }
      },
    }
  },
})
