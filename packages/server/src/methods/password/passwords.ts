import type { UserId } from '@latchkey/contract'
import { hashNewPassword, type PasswordContext } from './hash.ts'
import type { HashServices, OfferServices } from './password-services.ts'
import { findPassword } from './store.ts'

/** What administration, import and pages have to do with passwords. */
export interface Passwords {
  /** True if the user has a password that opens something. */
  isSet(userId: UserId): Promise<boolean>
  /** Of a user made by an administrator or on the command line, in a transaction of theirs. Throws as `hashNewPassword`. */
  hash(password: string, about: PasswordContext): Promise<string>
}

export const createPasswords = (services: HashServices & OfferServices): Passwords => ({
  isSet: (userId) => isPasswordSet(services, userId),
  hash: (password, about) => hashNewPassword(services, password, about),
})

export const isPasswordSet = async ({ db, isOffered }: OfferServices, userId: UserId): Promise<boolean> =>
  isOffered && (await findPassword(db, userId)) !== null
