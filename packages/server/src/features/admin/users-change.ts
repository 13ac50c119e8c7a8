import type { AdminUser, UserId } from '@latchkey/contract'
import { type Actor, type Authority, readAuthority } from '../../accounts/authority/authority.ts'
import type { AccountChange } from '../../accounts/service.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import type { Account } from '../../identity/users/account.ts'
import { changesRoles } from './options.ts'
import { record } from './record.ts'
import type { UserServices } from './user-services.ts'
import { getUser } from './users-list.ts'

/** A change of a user. Omitted fields stay as they are; a new address is unverified unless stated otherwise. */
export interface UserChange {
  email?: string | undefined
  emailVerified?: boolean | undefined
  name?: string | null | undefined
  locale?: string | null | undefined
  roles?: string[] | undefined
}

interface Changed {
  before: Account
  after: Account
}

/** Throws AuthError `email_taken`, `role_not_found`, `last_administrator`. */
export async function changeUser(
  services: UserServices,
  actor: Actor,
  id: UserId,
  wanted: UserChange,
): Promise<AdminUser> {
  if (wanted.email !== undefined) requireEmailAddress(wanted.email)
  const changed = await changeUnderAuthority(services, actor, id, async (before, authority) => {
    const roles = wanted.roles && [...new Set(wanted.roles)]
    if (roles) authority.requireToAssign(before.roles, roles, changesRoles)
    return toAccountChange(before, { ...wanted, roles }, services.ports.now())
  })
  recordChange(services, actor, changed)
  return await getUser(services, id)
}

/** Throws AuthError `last_administrator`. */
export async function setUserDisabled(
  services: UserServices,
  actor: Actor,
  id: UserId,
  disabled: boolean,
): Promise<AdminUser> {
  const { before, after } = await changeUnderAuthority(services, actor, id, async ({ disabledAt }) => ({
    disabledAt: disabled ? (disabledAt ?? services.ports.now()) : null,
  }))
  const kind = disabled ? 'user.disabled' : 'user.enabled'
  if (before.disabledAt !== after.disabledAt) record(services, actor, { kind, userId: id })
  return await getUser(services, id)
}

/** Throws AuthError `last_administrator`. */
export async function removeUser(services: UserServices, actor: Actor, id: UserId): Promise<void> {
  await services.users.remove(id, {
    async check(account, tx) {
      const authority = await readAuthority(tx, actor, 'users:write')
      authority.requireOver(account)
    },
  })
  record(services, actor, { kind: 'user.deleted', userId: id })
}

async function changeUnderAuthority(
  { users, resetMails }: UserServices,
  actor: Actor,
  id: UserId,
  decide: (before: Account, authority: Authority) => Promise<AccountChange>,
): Promise<Changed> {
  let before: Account | undefined
  const after = await users.change(
    id,
    async (present, tx) => {
      before = present
      const authority = await readAuthority(tx, actor, 'users:write')
      authority.requireOver(present)
      return await decide(present, authority)
    },
    resetMails.letIn,
  )
  return { before: before as Account, after }
}

function toAccountChange(before: Account, wanted: UserChange, now: number): AccountChange {
  const { name, locale, roles, email = before.email } = wanted
  const isSameAddress = email === before.email
  const wasVerified = isSameAddress && before.emailVerifiedAt !== null
  const verified = wanted.emailVerified ?? wasVerified
  return {
    email,
    emailVerifiedAt: verified ? (wasVerified ? before.emailVerifiedAt : now) : null,
    ...(name !== undefined && { name }),
    ...(locale !== undefined && { locale }),
    ...(roles && { roles }),
  }
}

function recordChange(services: UserServices, actor: Actor, { before, after }: Changed): void {
  const { id: userId } = after
  const fields = (['name', 'locale'] as const).filter((field) => before[field] !== after[field])
  const wasVerified = before.emailVerifiedAt !== null
  const emailVerified = after.emailVerifiedAt !== null
  if (fields.length > 0) record(services, actor, { kind: 'user.updated', userId, detail: { fields } })
  if (before.email !== after.email)
    record(services, actor, { kind: 'email.changed', userId, detail: { emailVerified } })
  else if (wasVerified !== emailVerified)
    record(services, actor, { kind: 'user.updated', userId, detail: { emailVerified } })
  if (JSON.stringify(before.roles) === JSON.stringify(after.roles)) return
  const detail = { from: before.roles, to: after.roles }
  record(services, actor, { kind: 'user.roles_changed', userId, detail })
}
