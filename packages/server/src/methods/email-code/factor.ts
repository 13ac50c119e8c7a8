import type { UserId } from '@latchkey/contract'
import type { CoreServices } from '../method-services.ts'
import type { Factor } from '../../sign-in/factor.ts'
import { findAccount } from '../../identity/users/store.ts'
import { findEmailFactor } from './store.ts'
import { codeTtl } from '../../core/challenges/code.ts'
import type { Queryable } from '../../db/database.ts'
import { confirmCode } from './mails.ts'
import { amr } from './options.ts'

/**
 * A code by mail after another proof, for users who chose it, and for step-up in sessions that mail can start anyway.
 * It stops only an attacker who knows the password. It does not count as a factor (SP 800-63B-4 §3.1.3.1: e-mail shall
 * not be used out of band).
 */
export function createEmailFactor(core: CoreServices): Factor {
  const { db, config, factorCodes, outbox } = core
  const signsIn = config.signInMethods.some((name) => name === 'email-code' || name === 'magic-link')
  return {
    name: 'email-code',
    amr,
    isFactor: false,
    // A person who could read one mail can read the next.
    notAfter: ['magic-link'],
    isEnrolled: 'EXISTS (SELECT 1 FROM email_factor WHERE user_id = :userId)',
    canStepUp,
    async begin(_, userId) {
      const account = await findAccount(db, userId)
      const { code, state } = factorCodes.draw(account?.email ?? '')
      if (account)
        await db.transaction((tx) =>
          outbox.mail(
            tx,
            confirmCode({ to: account.email, appName: config.appName, code, validFor: codeTtl }),
          ),
        )
      outbox.wake()
      return { options: {}, state }
    },
    async verify(db, claim) {
      const account = await findAccount(db, claim.userId)
      if (!account || !factorCodes.fits(claim, account.email)) return null
      // The ticket is used up in the same transaction.
      return async (tx) => (await findAccount(tx, claim.userId))?.email === account.email
    },
  }

  async function canStepUp(db: Queryable, userId: UserId): Promise<boolean> {
    const account = await findAccount(db, userId)
    if (!account || account.emailVerifiedAt === null) return false
    return signsIn || (await findEmailFactor(db, userId)) !== null
  }
}
