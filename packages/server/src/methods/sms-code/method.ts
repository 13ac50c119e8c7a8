import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { createSmsFactor } from './factor.ts'
import { phoneTable } from './migrations/0001-phone.ts'
import { amr } from './options.ts'
import { createPhones } from './phones.ts'
import { createPhoneRoutes, createSmsCodeRoutes } from './routes.ts'
import { createSmsCodes } from './service.ts'

/** Phone numbers and the codes that are sent to them: to sign in, as a second factor, and to prove oneself again. */
export function createSmsCodeMethod(core: CoreParts, lifecycle: Lifecycle): Method {
  const { config, grant, texts, ticketCookies } = core
  const signsIn = config.signInMethods.includes('sms-code')
  const smsCodes = createSmsCodes(core)
  return defineMethod({
    name: 'sms-code',
    amr,
    routes: [
      ...(signsIn ? createSmsCodeRoutes({ smsCodes, cookie: ticketCookies.smsCode, grant }) : []),
      ...(texts.isOffered ? createPhoneRoutes(createPhones(core)) : []),
    ],
    migrations: smsCodeMigrations,
    lifecycle,
    factor: createSmsFactor(core),
  })
}

export const smsCodeMigrations = [phoneTable]
