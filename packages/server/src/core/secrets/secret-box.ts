import type { Keyring } from './keyring.ts'

/** Seals secrets of users that have to be read again, such as the seed of an authenticator. */
export interface SecretBox {
  /** `context` says whose and what it is (`totp/<user id>`): sealed in one place it opens in no other. */
  seal(secret: Uint8Array, context: string): Uint8Array
  /** Throws CannotOpen for what was not sealed here in this context. */
  open(sealed: Uint8Array, context: string): Uint8Array
}

export const createSecretBox = (ring: Keyring): SecretBox => ({
  seal: (secret, context) => ring.seal('credentials', secret, context),
  open: (sealed, context) => ring.open('credentials', sealed, context),
})
