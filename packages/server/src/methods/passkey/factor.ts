import { schemas } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Factor } from '../../sign-in/factor.ts'
import { amr } from './options.ts'
import type { CheckServices } from './passkey-services.ts'
import { listPasskeys } from './store.ts'
import { ask, prove } from './verify.ts'

/** Passkeys as a factor after another method, or within a session. */
export const createPasskeyFactor = (services: CheckServices): Factor => ({
  name: 'passkey',
  amr,
  // The user's choice: a passkey bound to one device would lock its owner out on every other.
  isEnrolled: 'EXISTS (SELECT 1 FROM passkey WHERE user_id = :userId AND asked_after_password = 1)',
  canStepUp: async (db, userId) => (await listPasskeys(db, userId)).length > 0,
  async begin(_, userId) {
    const { options, challenge } = await ask(services, userId)
    return { options, state: { challenge } }
  },
  async verify(_, { userId, answer, state }) {
    const challenge = state?.['challenge']
    const parsed = 'response' in answer ? schemas.passkeyAssertion.safeParse(answer.response) : null
    if (typeof challenge !== 'string' || !parsed?.success) return null
    try {
      return (await prove(services, userId, challenge, parsed.data)).use
    } catch (error) {
      if (error instanceof AuthError && error.code.startsWith('passkey_')) return null
      throw error
    }
  },
})
