import { lockUser } from '../identity/users/locks.ts'
import { type AuditEvent, type UserId } from '@latchkey/contract'
import { type Database, type Queryable, UniqueViolation } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import { removeChallengesOfUser } from '../core/challenges/store.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Ports } from '../core/ports/ports.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import type { Revoked, RevocationLog } from '../core/revocations/log.ts'
import type { Sessions } from '../sessions/service.ts'
import type { RevokeReason } from '../sessions/session.ts'
import type { Account } from '../identity/users/account.ts'
import { countOtherAdministrators, deleteAccount, findAccount, saveAccount } from '../identity/users/store.ts'

/** The role whose last holder cannot be lost. */
export const administrator = 'admin'

export type AccountChange = Partial<
  Pick<Account, 'email' | 'emailVerifiedAt' | 'name' | 'locale' | 'roles' | 'disabledAt'>
>

/** Looks at the user, who is locked, and says what to change; what it throws undoes everything. Awaits only `tx`. */
export type DecideChange = (before: Account, tx: Queryable) => Promise<AccountChange>

export interface Users {
  find(id: UserId): Promise<Account | null>
  /** Throws AuthError `user_not_found`. */
  get(id: UserId): Promise<Account>
  /**
   * Changes a user and everything that follows from it: role changes make old access tokens void, disabling ends the
   * sessions. Throws AuthError `user_not_found`, `email_taken`, `last_administrator`, or what `change` throws.
   */
  change(id: UserId, change: AccountChange | DecideChange): Promise<Account>
  /** Deletes a user and everything of theirs. Throws as {@link change}. */
  remove(id: UserId, check?: (account: Account, tx: Queryable) => Promise<void> | void): Promise<Account>
  activity(id: UserId, page: { before: string | null; limit: number }): Promise<AuditEvent[]>
}

export interface UsersOptions {
  db: Database
  ports: Ports
  sessions: Sessions
  revocations: RevocationLog
  audit: Audit
  normalizeEmail: (email: string) => string
  /** Of every method; looked at anew each time, for methods are wired after this. */
  lifecycles: Iterable<Lifecycle>
}

export function createUsers(options: UsersOptions): Users {
  const { db, ports, sessions, revocations, audit, normalizeEmail, lifecycles } = options

  return { find: (id) => findAccount(db, id), get, change, remove, activity }

  async function get(id: UserId): Promise<Account> {
    const account = await findAccount(db, id)
    if (!account) throw new AuthError('user_not_found')
    return account
  }

  async function activity(id: UserId, page: { before: string | null; limit: number }): Promise<AuditEvent[]> {
    const events = await audit.ofUser(id, page)
    // Users learn that an administrator acted, not from where.
    return events.map((event) => {
      return event.actorId === null || event.actorId === id ? event : { ...event, ip: null, userAgent: null }
    })
  }

  async function change(id: UserId, change: AccountChange | DecideChange): Promise<Account> {
    try {
      const { account, entries } = await db.transaction(async (tx) => {
        const before = await lockUser(tx, id)
        if (!before) throw new AuthError('user_not_found')
        const after = { ...before, ...(typeof change === 'function' ? await change(before, tx) : change) }
        await keepAnAdministrator(tx, before, after)
        const account = await saveAccount(tx, after, normalizeEmail(after.email), ports.now())
        return { account, entries: await revocations.append(tx, await consequences(tx, before, account)) }
      })
      revocations.remember(entries)
      return account
    } catch (error) {
      if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
      throw error
    }
  }

  async function consequences(tx: Queryable, before: Account, after: Account): Promise<Revoked[]> {
    if (after.email !== before.email) await credentialsChanged(tx, after.id)
    if (after.disabledAt !== null && before.disabledAt === null)
      return await shutOut(tx, after.id, 'user_disabled')
    const sameRoles = JSON.stringify(after.roles) === JSON.stringify(before.roles)
    return sameRoles ? [] : await sessions.raiseEpochsWithin(tx, after.id)
  }

  /** What was sent to the old address must not open the account of the new one. */
  async function credentialsChanged(tx: Queryable, id: UserId): Promise<void> {
    for (const { onCredentialsChanged } of lifecycles) await onCredentialsChanged(tx, id, 'email_changed')
  }

  async function shutOut(tx: Queryable, id: UserId, reason: RevokeReason): Promise<Revoked[]> {
    for (const { onUserDisabled } of lifecycles) await onUserDisabled(tx, id)
    await removeChallengesOfUser(tx, parseUuid(id))
    return await sessions.endAllWithin(tx, id, reason)
  }

  async function remove(
    id: UserId,
    check?: (account: Account, tx: Queryable) => Promise<void> | void,
  ): Promise<Account> {
    const { account, entries } = await db.transaction(async (tx) => {
      const account = await lockUser(tx, id)
      if (!account) throw new AuthError('user_not_found')
      await check?.(account, tx)
      await keepAnAdministrator(tx, account, null)
      for (const { onUserDeleted } of lifecycles) await onUserDeleted(tx, id)
      const revoked = await sessions.endAllWithin(tx, id, 'user_disabled')
      await deleteAccount(tx, id)
      return { account, entries: await revocations.append(tx, revoked) }
    })
    revocations.remember(entries)
    return account
  }

  /** Counted under the lock on the user; two administrators who demote each other at once are told apart by it. */
  async function keepAnAdministrator(tx: Queryable, before: Account, after: Account | null): Promise<void> {
    if (!isAdministrator(before) || (after && isAdministrator(after))) return
    if ((await countOtherAdministrators(tx, before.id)) === 0) throw new AuthError('last_administrator')
  }
}

const isAdministrator = ({ roles, disabledAt }: Account): boolean =>
  roles.includes(administrator) && disabledAt === null
