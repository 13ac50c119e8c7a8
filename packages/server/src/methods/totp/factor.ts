import type { UserId } from '@latchkey/contract'
import type { CoreServices } from '../method-services.ts'
import type { Enrolment, Factor, FactorAnswer, StoreCredential } from '../../sign-in/factor.ts'
import { uuidV7 } from '../../core/ports/uuid.ts'
import { invitationOf } from './invitation.ts'
import { amr, seedBytes } from './options.ts'
import { deleteTotp, findTotp, insertTotp, type NewTotp, replaceTotp, useStep } from './store.ts'
import { findStep } from './totp.ts'
import { notices } from './mails.ts'

type TotpServices = Pick<CoreServices, 'config' | 'ports' | 'secretBox'>

/** The code of an authenticator app, asked for after another method. */
export function createTotpFactor(services: TotpServices): Factor {
  const { ports, secretBox } = services
  return {
    name: 'totp',
    amr,
    isEnrolled: 'EXISTS (SELECT 1 FROM totp WHERE user_id = :userId)',
    enrolment: createEnrolment(services),
    remove: deleteTotp,

    async describe(db, userId) {
      const row = await findTotp(db, userId)
      return row && { since: row.created_at, left: null }
    },

    async verify(db, { userId, answer }) {
      const row = await findTotp(db, userId)
      const code = codeOf(answer)
      if (!row || code === null) return null
      const now = ports.now()
      const step = findStep(secretBox.open(row.seed, sealedFor(userId)), code, now)
      // One answer for every reason: a used step is answered like a wrong code (RFC 6238 §5.2: at most once).
      if (step === null || step <= row.last_step) return null
      const seed = secretBox.reseal(row.seed, sealedFor(userId))
      return (tx) => useStep(tx, { userId, id: row.id, seed, step, now })
    },
  }
}

/** A seed counts once a code of it was typed: a user who could not scan it would otherwise be locked out. */
function createEnrolment({ config, ports, secretBox }: TotpServices): Enrolment {
  return {
    async begin(_, { id, email }) {
      const seed = ports.randomBytes(seedBytes)
      const sealed = Buffer.from(secretBox.seal(seed, sealedFor(id))).toString('base64')
      return {
        options: { ...invitationOf({ seed, issuer: config.appName, account: email }) },
        state: { seed: sealed },
      }
    },

    async verify(_, { userId, answer, state }) {
      const code = codeOf(answer)
      if (code === null || typeof state?.['seed'] !== 'string') return null
      const seed = Buffer.from(state['seed'], 'base64')
      const now = ports.now()
      const step = findStep(secretBox.open(seed, sealedFor(userId)), code, now)
      if (step === null) return null
      return keeping({ userId, id: uuidV7(ports), seed, step, now })
    },
  }

  /** The step of the enrolment's code is used up: it does not sign in. */
  function keeping(row: NewTotp): StoreCredential {
    return async (tx, as) => {
      if (await insertTotp(tx, row)) return { as: 'added', notice: notices.added }
      const isReplaced = as === 'any' && (await replaceTotp(tx, row))
      return isReplaced ? { as: 'replaced', notice: notices.replaced } : null
    }
  }
}

/** The seed of one user cannot be opened in another user's row. */
const sealedFor = (userId: UserId): string => `totp/${userId}`

/** Six digits, with the spaces that apps show between them. */
function codeOf(answer: FactorAnswer): string | null {
  if (!('code' in answer)) return null
  const code = answer.code.replaceAll(/[\s-]/g, '')
  return /^\d{6}$/.test(code) ? code : null
}
