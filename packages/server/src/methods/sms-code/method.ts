import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { isoTime } from '../../core/iso-time.ts'
import { createSmsFactor } from './factor.ts'
import { phoneTable } from './migrations/0001-phone.ts'
import { amr, provenFor } from './options.ts'
import { createPhones } from './phones.ts'
import { createPhoneRoutes, createSmsCodeRoutes } from './routes.ts'
import { createSmsCodes } from './service.ts'
import { findPhone, removePhone, setPhoneFactor } from './store.ts'

/** Phone numbers and the codes that are sent to them: to sign in, as a second factor, and to prove oneself again. */
export function createSmsCodeMethod(core: CoreParts): Method {
  const { config, grant, ports, texts, ticketCookies } = core
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
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await removePhone(tx, userId)),
      // The number stays for the day the user is enabled again; until then nothing is sent to it.
      onUserDisabled: async () => {},
      async onCredentialsChanged(tx, userId, reason) {
        if (reason === 'factors_reset') await setPhoneFactor(tx, userId, false)
        // A number has nothing to do with the address; of an account that was in a stranger's hands it may be the stranger's.
        if (reason === 'owner_arrived' || reason === 'email_change_undone') await removePhone(tx, userId)
      },
      async countUsable(db, userId) {
        const phone = signsIn ? await findPhone(db, userId) : null
        return phone && phone.provenAt + provenFor > ports.now() ? 1 : 0
      },
      async exportUserData(db, userId) {
        const phone = await findPhone(db, userId)
        if (!phone) return { phone: null }
        const { number, verifiedAt, provenAt, secondFactor } = phone
        return {
          phone: { number, verifiedAt: isoTime(verifiedAt), provenAt: isoTime(provenAt), secondFactor },
        }
      },
    },
    factor: createSmsFactor(core),
  })
}

export const smsCodeMigrations = [phoneTable]
