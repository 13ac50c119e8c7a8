import { schemas } from '@latchkey/contract'
import type { Config } from '../../config/config.ts'
import { decideRelyingParty, type RelyingParty } from '../../config/relying-party.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Lifecycle } from '../../accounts/lifecycle.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import type { Factor } from '../../sign-in/factor.ts'
import { passkeyTable } from './migrations/0001-passkey.ts'
import { amr } from './options.ts'
import { createPasskeyRoutes } from './routes.ts'
import { createPasskeys, type Passkeys } from './service.ts'
import { listPasskeys } from './store.ts'

/** Passkeys (WebAuthn): sign in without typing, prove a second factor, add, name and remove. */
export function createPasskeyMethod(core: CoreParts, lifecycle: Lifecycle): Method {
  const { config } = core
  const rp = offeredParty(config)
  const passkeys = rp && createPasskeys(core, rp)

  return defineMethod({
    name: 'passkey',
    amr,
    routes: passkeys ? createPasskeyRoutes(passkeys, core.grant) : [],
    migrations: passkeyMigrations,
    ...(passkeys && { factor: createFactor(passkeys) }),
    lifecycle,
  })
}

/** Null where nobody signs in by a passkey. */
export function offeredParty(config: Config): RelyingParty | null {
  const rp = decideRelyingParty(config)
  return typeof rp === 'object' && config.signInMethods.includes('passkey') ? rp : null
}

export const passkeyMigrations = [passkeyTable]

/** For whoever signed in by another way, or is signed in already. */
const createFactor = (passkeys: Passkeys): Factor => ({
  name: 'passkey',
  amr,
  // The user's choice: one that stays on one device would shut its owner out on every other.
  isEnrolled: async (db, userId) =>
    (await listPasskeys(db, userId)).some(({ asked_after_password }) => asked_after_password === 1),
  canStepUp: async (db, userId) => (await listPasskeys(db, userId)).length > 0,
  async begin(_, userId) {
    const { options, challenge } = await passkeys.ask(userId)
    return { options, state: { challenge } }
  },
  async verify(_, { userId, answer, state }) {
    const challenge = state?.['challenge']
    const parsed = 'response' in answer ? schemas.passkeyAssertion.safeParse(answer.response) : null
    if (typeof challenge !== 'string' || !parsed?.success) return null
    try {
      return (await passkeys.prove(userId, challenge, parsed.data)).use
    } catch (error) {
      if (error instanceof AuthError && error.code.startsWith('passkey_')) return null
      throw error
    }
  },
})
