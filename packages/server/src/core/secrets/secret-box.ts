import type { Keyring } from './keyring.ts'

/** Seals secrets of users that have to be read again, such as the seed of an authenticator. */
export interface SecretBox {
  /**
   * `context` names the owner and the purpose (`totp/<user id>`): a value opens only in the context it was sealed in.
   */
  seal(secret: Uint8Array, context: string): Uint8Array
  /** Throws CannotOpen unless the value was sealed here in this context. */
  open(sealed: Uint8Array, context: string): Uint8Array
  /** Returns the value under the newest secret, so that an older one can leave the ring. Throws CannotOpen. */
  reseal(sealed: Uint8Array, context: string): Uint8Array
}

export const createSecretBox = (ring: Keyring): SecretBox => ({
  seal: (secret, context) => ring.seal('credentials', secret, context),
  open: (sealed, context) => ring.open('credentials', sealed, context),
  reseal: (sealed, context) =>
    ring.isCurrent('credentials', sealed)
      ? sealed
      : ring.seal('credentials', ring.open('credentials', sealed, context), context),
})
