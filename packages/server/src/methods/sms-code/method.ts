import { defineMethod } from '../method.ts'
import { createSmsFactor } from './factor.ts'
import { createSmsCodeLifecycle } from './lifecycle.ts'
import { phoneTable } from './migrations/0001-phone.ts'
import { amr } from './options.ts'
import { createSmsCodePages } from './pages.ts'
import { createPhoneRoutes, createSmsCodeRoutes } from './routes.ts'
import { createSmsCodes } from './service.ts'

/** Phone numbers and the codes sent to them: for sign-in, as a second factor, and for step-up. */
export const smsCodeMethod = defineMethod({
  name: 'sms-code',
  amr,
  migrations: [phoneTable],
  prepare(core) {
    const signsIn = core.config.signInMethods.includes('sms-code')
    return {
      lifecycle: createSmsCodeLifecycle({ ports: core.ports, signsIn }),
      factor: createSmsFactor(core),
      serve(services) {
        const smsCodes = createSmsCodes(services)
        const { respond, ticketCookies } = services
        const signIn = signsIn
          ? createSmsCodeRoutes({ smsCodes, cookie: ticketCookies.smsCode, respond })
          : []
        const phones = services.texts.isOffered ? createPhoneRoutes(services) : []
        return {
          routes: [...signIn, ...phones],
          pages: (site) => createSmsCodePages(site, services, { signsIn }),
        }
      },
    }
  },
})
