import { schemas } from '@latchkey/contract'
import { decideRelyingParty } from '../../config/relying-party.ts'
import { AuthError } from '../../core/auth-error.ts'
import { voidChallengesOfUser } from '../../core/challenges/store.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import type { Factor } from '../../sign-in/factor.ts'
import { passkeyTable } from './migrations/0001-passkey.ts'
import { amr } from './options.ts'
import { createPasskeyRoutes } from './routes.ts'
import { createPasskeys, type Passkeys } from './service.ts'
import { askAfterPassword, listPasskeys, removePasskeysOfUser } from './store.ts'

/** Passkeys (WebAuthn): sign in without typing, prove a second factor, add, name and remove. */
export function createPasskeyMethod(core: CoreParts): Method {
  const { config } = core
  const rp = decideRelyingParty(config)
  const isOffered = typeof rp === 'object' && config.signInMethods.includes('passkey')
  const passkeys = isOffered ? createPasskeys(core, rp) : null

  return defineMethod({
    name: 'passkey',
    amr,
    routes: passkeys ? createPasskeyRoutes(passkeys, core.grant) : [],
    migrations: passkeyMigrations,
    ...(passkeys && { factor: createFactor(passkeys) }),
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await removePasskeysOfUser(tx, userId)),
      // They stay for the day the user is enabled again; until then no sign-in passes the user's lock.
      onUserDisabled: async (tx, userId) =>
        void (await voidChallengesOfUser(tx, 'passkey-registration', userId)),
      async onCredentialsChanged(tx, userId, reason) {
        // They hang on no address; whoever changes it by a link proves the new one, and is in already.
        if (reason === 'email_changed') return
        // What is asked for after a password goes; what signs in by itself has nothing to do with it.
        if (reason === 'factors_reset') return void (await askAfterPassword(tx, userId, false))
        // Whoever had the account in their hands may have left one.
        await removePasskeysOfUser(tx, userId)
        await voidChallengesOfUser(tx, 'passkey-registration', userId)
      },
      countUsable: async (db, userId) => (passkeys ? (await listPasskeys(db, userId)).length : 0),
      exportUserData: async (db, userId) => ({
        passkeys: (await listPasskeys(db, userId)).map(({ name, created_at, last_used_at }) => ({
          name,
          createdAt: new Date(created_at).toISOString(),
          lastUsedAt: last_used_at && new Date(last_used_at).toISOString(),
        })),
      }),
    },
  })
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
