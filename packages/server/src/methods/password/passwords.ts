import type { UserId } from '@latchkey/contract'
import { hashNewPassword, type PasswordContext } from './hash.ts'
import type { HashServices, OfferServices } from './password-services.ts'
import { findPassword } from './store.ts'

/** Services of passwords for the administration, import and pages. */
export interface Passwords {
  /** True if the user has a password that signs in. */
  isSet(userId: UserId): Promise<boolean>
  /** Hashes the password of a user made by an administrator or on the command line. Throws as `hashNewPassword`. */
  hash(password: string, about: PasswordContext): Promise<string>
}

export const createPasswords = (services: HashServices & OfferServices): Passwords => ({
  isSet: (userId) => isPasswordSet(services, userId),
  hash: (password, about) => hashNewPassword(services, password, about),
})

export const isPasswordSet = async ({ db, isOffered }: OfferServices, userId: UserId): Promise<boolean> =>
  isOffered && (await findPassword(db, userId)) !== null
