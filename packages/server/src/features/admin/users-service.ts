import { type AdminUser, type Device, minutes, type SessionId, type UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import type { Limit, Limits } from '../../core/limits/limits.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { Permissions } from '../../identity/roles/permissions.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { countLiveSessions } from '../../sessions/store.ts'
import type { Sessions } from '../../sessions/service.ts'
import { type Account, toUser } from '../../identity/users/account.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import type { AccountChange, Users } from '../../accounts/service.ts'
import { lockUser } from '../../identity/users/locks.ts'
import type { NewAccounts } from '../../accounts/new-accounts.ts'
import type { AccountEvents } from '../../identity/events/account-events.ts'
import type { Mails } from '../../identity/mails/mails.ts'
import type { ResetMails } from '../../methods/password/reset-mails.ts'
import type { Database, Queryable } from '../../db/database.ts'
import type { Passwords } from '../../methods/password/passwords.ts'
import { savePasswordHash } from '../../methods/password/store.ts'
import { type Actor, readAuthority } from '../../accounts/authority/authority.ts'
import { type Page, type PageQuery, pageOf, readIdCursor } from '../../core/request/cursor.ts'
import { findUser, listUsers, type UserEntry, type UserFilter } from './store.ts'

export interface NewUser {
  email: string
  password?: string | undefined
  name?: string | null | undefined
  locale?: string | null | undefined
  emailVerified: boolean
  roles: string[]
}

/** What is not given stays as it is; a new address counts as unverified unless it is said to be verified. */
export interface UserChange {
  email?: string | undefined
  emailVerified?: boolean | undefined
  name?: string | null | undefined
  locale?: string | null | undefined
  roles?: string[] | undefined
}

/** What administrators do to users. Every change is refused with `forbidden` where it reaches beyond the actor. */
export interface UserAdministration {
  list(filter: UserFilter, page: PageQuery): Promise<Page<AdminUser>>
  /** Throws AuthError `user_not_found`, as does every verb below that takes an id. */
  get(id: UserId): Promise<AdminUser>
  /** Throws `email_taken`, `password_too_common`, `role_not_found`, `invalid_input`, `overloaded`. */
  create(actor: Actor, user: NewUser): Promise<AdminUser>
  /** Throws `email_taken`, `role_not_found`, `last_administrator`. */
  change(actor: Actor, id: UserId, change: UserChange): Promise<AdminUser>
  remove(actor: Actor, id: UserId): Promise<void>
  disable(actor: Actor, id: UserId): Promise<AdminUser>
  enable(actor: Actor, id: UserId): Promise<AdminUser>
  /** Queues the mail with the link. Throws `rate_limited`. */
  sendReset(actor: Actor, id: UserId): Promise<void>
  devices(actor: Actor, id: UserId, page: PageQuery): Promise<Page<Device>>
  endSessions(actor: Actor, id: UserId): Promise<void>
  /** Throws `session_not_found` also for a session of somebody else. */
  endSession(actor: Actor, id: UserId, sessionId: SessionId): Promise<void>
  rolesOf(id: UserId): Promise<{ roles: string[]; permissions: string[] }>
}

/** So that a forgotten script does not fill somebody's mailbox. */
const resetsPerUser: Limit = { name: 'admin-resets-per-user', most: 10, window: minutes(60) }

/** A key that may change names gives nobody roles by the same route. */
const changesRoles = 'latchkey:setUserRoles'

export interface UserAdministrationOptions {
  db: Database
  ports: Ports
  users: Users
  sessions: Sessions
  revocations: RevocationLog
  permissions: Permissions
  passwords: Passwords
  newAccounts: NewAccounts
  resetMails: ResetMails
  events: AccountEvents
  mails: Mails
  outbox: Outbox
  limits: Limits
  audit: Audit
}

export function createUserAdministration(options: UserAdministrationOptions): UserAdministration {
  const { db, ports, users, sessions, revocations, permissions, passwords, outbox, limits, audit } = options
  const { newAccounts, resetMails, events, mails } = options

  return {
    list,
    get,
    create,
    change,
    remove,
    disable: (actor, id) => setDisabled(actor, id, true),
    enable: (actor, id) => setDisabled(actor, id, false),
    sendReset,
    devices,
    endSessions,
    endSession,
    rolesOf,
  }

  async function list(filter: UserFilter, { cursor, limit }: PageQuery): Promise<Page<AdminUser>> {
    const found = await listUsers(db, filter, { before: readIdCursor(cursor), limit: limit + 1 })
    return pageOf(found, limit, { toItem: toAdminUser, endOf: ({ account }) => parseUuid(account.id) })
  }

  async function get(id: UserId): Promise<AdminUser> {
    const entry = await findUser(db, id)
    if (!entry) throw new AuthError('user_not_found')
    return toAdminUser(entry)
  }

  async function create(actor: Actor, input: NewUser): Promise<AdminUser> {
    const email = requireEmailAddress(input.email)
    const { password, name = null, locale = null, emailVerified } = input
    const roles = [...new Set(input.roles)]
    const hash = password === undefined ? null : await passwords.hash(password, { email, name })
    const account = await newAccounts.unlessTaken(async (tx) => {
      const authority = await readAuthority(tx, actor, 'users:write')
      authority.requireToGrant([], roles, changesRoles)
      const made = await newAccounts.insert(tx, { email, name, locale, roles, isVerified: emailVerified })
      if (hash === null) await resetMails.send(tx, made, 'first')
      else await savePasswordHash(tx, made.id, hash, ports.now())
      return made
    })
    outbox.wake()
    record(actor, 'user.created', account.id, { roles })
    return toAdminUser({ account, hasPassword: hash !== null })
  }

  async function change(actor: Actor, id: UserId, wanted: UserChange): Promise<AdminUser> {
    if (wanted.email !== undefined) requireEmailAddress(wanted.email)
    const { before, after } = await changeUnderAuthority(actor, id, async (before, authority) => {
      const roles = wanted.roles && [...new Set(wanted.roles)]
      if (roles) authority.requireToGrant(before.roles, roles, changesRoles)
      return toAccountChange(before, { ...wanted, roles }, ports.now())
    })
    recordChange(actor, before, after)
    return await get(id)
  }

  async function setDisabled(actor: Actor, id: UserId, disabled: boolean): Promise<AdminUser> {
    const { before, after } = await changeUnderAuthority(actor, id, async ({ disabledAt }) => ({
      disabledAt: disabled ? (disabledAt ?? ports.now()) : null,
    }))
    if (before.disabledAt !== after.disabledAt) record(actor, disabled ? 'user.disabled' : 'user.enabled', id)
    return await get(id)
  }

  async function changeUnderAuthority(
    actor: Actor,
    id: UserId,
    decide: (before: Account, authority: Awaited<ReturnType<typeof readAuthority>>) => Promise<AccountChange>,
  ): Promise<{ before: Account; after: Account }> {
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

  async function remove(actor: Actor, id: UserId): Promise<void> {
    await users.remove(id, {
      async check(account, tx) {
        const authority = await readAuthority(tx, actor, 'users:write')
        authority.requireOver(account)
      },
    })
    record(actor, 'user.deleted', id)
  }

  async function sendReset(actor: Actor, id: UserId): Promise<void> {
    await db.transaction(async (tx) => {
      const account = await managed(tx, actor, id, 'users:write')
      if (account.disabledAt !== null) {
        throw new AuthError('forbidden', {
          detail: 'The account is disabled: a new password would open nothing.',
        })
      }
    })
    await limits.take(resetsPerUser, id)
    await db.transaction(async (tx) => {
      await resetMails.send(tx, await managed(tx, actor, id, 'users:write'))
    })
    outbox.wake()
    record(actor, 'password.reset_requested', id)
  }

  async function devices({ claims }: Actor, id: UserId, page: PageQuery): Promise<Page<Device>> {
    await users.get(id)
    return await sessions.devices(id, claims.sid ?? null, page)
  }

  async function endSessions(actor: Actor, id: UserId): Promise<void> {
    const count = await countLiveSessions(db, parseUuid(id), ports.now())
    const entries = await db.transaction(async (tx) => {
      const account = await managed(tx, actor, id, 'sessions:write')
      const address = mails.credentialChanged({
        account,
        at: ports.now(),
        ip: null,
        notice: 'sessions_ended',
      })
      const revoked = await events.apply(tx, account, 'sessions_ended_by_admin', { mails: { address } })
      return await revocations.append(tx, revoked)
    })
    revocations.remember(entries)
    outbox.wake()
    record(actor, 'session.ended', id, { reason: 'ended_by_admin', scope: 'all', count })
  }

  async function endSession(actor: Actor, id: UserId, sessionId: SessionId): Promise<void> {
    await db.transaction((tx) => managed(tx, actor, id, 'sessions:write'))
    const found = await sessions.find(sessionId)
    if (found?.account.id !== id) throw new AuthError('session_not_found')
    await sessions.end(sessionId, 'session_ended_by_admin', (account) => ({
      mails: {
        address: mails.credentialChanged({ account, at: ports.now(), ip: null, notice: 'session_ended' }),
      },
    }))
    outbox.wake()
    record(actor, 'session.ended', id, { reason: 'ended_by_admin' }, sessionId)
  }

  /** The user, once it is certain that the actor may act on them. */
  async function managed(tx: Queryable, actor: Actor, id: UserId, permission: string): Promise<Account> {
    const account = await lockUser(tx, id)
    if (!account) throw new AuthError('user_not_found')
    const authority = await readAuthority(tx, actor, permission)
    authority.requireOver(account)
    return account
  }

  async function rolesOf(id: UserId): Promise<{ roles: string[]; permissions: string[] }> {
    const { roles } = await users.get(id)
    return { roles, permissions: permissions.ofRoles(roles) }
  }

  function recordChange(actor: Actor, before: Account, after: Account): void {
    const fields = (['name', 'locale'] as const).filter((field) => before[field] !== after[field])
    const wasVerified = before.emailVerifiedAt !== null
    const isVerified = after.emailVerifiedAt !== null
    if (fields.length > 0) record(actor, 'user.updated', after.id, { fields })
    if (before.email !== after.email) record(actor, 'email.changed', after.id, { emailVerified: isVerified })
    else if (wasVerified !== isVerified)
      record(actor, 'user.updated', after.id, { emailVerified: isVerified })
    if (JSON.stringify(before.roles) === JSON.stringify(after.roles)) return
    record(actor, 'user.roles_changed', after.id, { from: before.roles, to: after.roles })
  }

  function record(
    { claims, ip, userAgent }: Actor,
    kind: AuditInput['kind'],
    userId: UserId,
    detail: Record<string, unknown> = {},
    sessionId: SessionId | null = null,
  ): void {
    audit.record({ kind, userId, actorId: claims.sub, sessionId, ip, userAgent, detail })
  }
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

const toAdminUser = ({ account, hasPassword }: UserEntry): AdminUser => ({
  ...toUser(account),
  disabledAt: isoTimeOrNull(account.disabledAt),
  updatedAt: isoTime(account.updatedAt),
  hasPassword,
})
