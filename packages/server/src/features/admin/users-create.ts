import type { AdminUser, UserId } from '@latchkey/contract'
import { type Actor, readAuthority } from '../../accounts/authority/authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import { savePasswordHash } from '../../methods/password/store.ts'
import { lockManaged } from './lock-managed.ts'
import { changesRoles, resetsPerUser } from './options.ts'
import { record } from './record.ts'
import type { UserServices } from './user-services.ts'
import { toAdminUser } from './users-list.ts'

export interface NewUser {
  email: string
  password?: string | undefined
  name?: string | null | undefined
  locale?: string | null | undefined
  emailVerified: boolean
  roles: string[]
}

/** Throws AuthError `email_taken`, `password_too_common`, `role_not_found`, `invalid_input`, `overloaded`. */
export async function createUser(services: UserServices, actor: Actor, input: NewUser): Promise<AdminUser> {
  const { ports, passwords, newAccounts, resetMails, outbox } = services
  const email = requireEmailAddress(input.email)
  const { password, name = null, locale = null, emailVerified } = input
  const roles = [...new Set(input.roles)]
  const hash = password === undefined ? null : await passwords.hash(password, { email, name })
  const account = await newAccounts.unlessTaken(async (tx) => {
    const authority = await readAuthority(tx, actor, 'users:write')
    authority.requireToAssign([], roles, changesRoles)
    const made = await newAccounts.insert(tx, { email, name, locale, roles, isVerified: emailVerified })
    if (hash === null) await resetMails.send(tx, made, 'first')
    else await savePasswordHash(tx, made.id, hash, ports.now())
    return made
  })
  outbox.wake()
  record(services, actor, { kind: 'user.created', userId: account.id, detail: { roles } })
  return toAdminUser({ account, hasPassword: hash !== null })
}

/** Queues the mail with the link. Throws AuthError `rate_limited`. */
export async function sendUserReset(services: UserServices, actor: Actor, id: UserId): Promise<void> {
  const { db, limits, resetMails, outbox } = services
  await db.transaction(async (tx) => {
    const account = await lockManaged(tx, actor, id, 'users:write')
    if (account.disabledAt !== null) {
      throw new AuthError('forbidden', {
        detail: 'The account is disabled: a new password would open nothing.',
      })
    }
  })
  await limits.take(resetsPerUser, id)
  await db.transaction(async (tx) => {
    await resetMails.send(tx, await lockManaged(tx, actor, id, 'users:write'))
  })
  outbox.wake()
  record(services, actor, { kind: 'password.reset_requested', userId: id })
}
