import type { CoreServices } from '../method-services.ts'
import { codeTtl } from '../../core/challenges/code.ts'
import type { Factor } from '../../sign-in/factor.ts'
import { amr } from './options.ts'
import { findPhone, touchPhone } from './store.ts'

/** A code by SMS after another proof. */
export function createSmsFactor(core: CoreServices): Factor {
  const { db, ports, factorCodes, outbox, texts } = core
  return {
    name: 'sms-code',
    amr,
    isEnrolled: 'EXISTS (SELECT 1 FROM phone WHERE user_id = :userId AND second_factor = 1)',
    // A number that is not a second factor serves for step-up as it does at sign-in.
    canStepUp: async (db, userId) => (await findPhone(db, userId)) !== null,
    async begin(_, userId) {
      const phone = await findPhone(db, userId)
      const { code, state } = factorCodes.draw(phone?.number ?? '')
      if (phone) {
        await texts.admit(phone.number)
        const validUntil = ports.now() + codeTtl
        await db.transaction((tx) => texts.sendCode(tx, { to: phone.number, code, validUntil }))
        outbox.wake()
      }
      return { options: { delayed: !texts.isDelivering() }, state }
    },
    async verify(db, claim) {
      const phone = await findPhone(db, claim.userId)
      if (!phone || !factorCodes.fits(claim, phone.number)) return null
      return async (tx) => {
        if ((await findPhone(tx, claim.userId))?.number !== phone.number) return false
        await touchPhone(tx, phone, ports.now())
        return true
      }
    },
  }
}
