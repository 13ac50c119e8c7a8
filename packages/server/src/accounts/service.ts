import { lockUser } from '../identity/users/locks.ts'
import { type AuditEvent, type UserId } from '@latchkey/contract'
import { type Database, type Queryable, UniqueViolation } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { Account } from '../identity/users/account.ts'
import { countOtherAdministrators, deleteAccount, findAccount } from '../identity/users/store.ts'
import { type AccountChange, type ApplyChangeOptions, createApplyChange } from './apply-change.ts'

export type { AccountChange }

/** The role whose last holder cannot be lost. */
export const administrator = 'admin'

/** Decides on a change of the locked user; an error undoes everything. Awaits only `tx`. */
export type DecideChange = (before: Account, tx: Queryable) => Promise<AccountChange>

/** Runs with a change, in its transaction. Awaits only `tx`. */
export type AlsoChanged = (tx: Queryable, change: { before: Account; after: Account }) => Promise<void>

export interface Removal {
  /** Checks the locked user; an error undoes everything. */
  check?: (account: Account, tx: Queryable) => Promise<void>
  /** Origin of the request, if it is the user's own. */
  ip?: string | null
}

export interface Users {
  find(id: UserId): Promise<Account | null>
  /** Throws AuthError `user_not_found`. */
  get(id: UserId): Promise<Account>
  /**
   * Changes a user and everything that follows from it, by the table of the account's events. A new address is verified
   * if `emailVerifiedAt` says so. Throws AuthError `user_not_found`, `email_taken`, `last_administrator`, or as
   * `change`.
   */
  change(id: UserId, change: AccountChange | DecideChange, also?: AlsoChanged): Promise<Account>
  /** Deletes a user and everything of theirs. Throws as {@link change}. */
  remove(id: UserId, removal?: Removal): Promise<Account>
  activity(id: UserId, page: { before: string | null; limit: number }): Promise<AuditEvent[]>
}

export interface UsersOptions extends ApplyChangeOptions {
  db: Database
  revocations: RevocationLog
  outbox: Pick<Outbox, 'wake'>
  audit: Audit
}

export function createUsers(options: UsersOptions): Users {
  const { db, ports, events, addressUndo, revocations, outbox, mails, audit } = options
  const apply = createApplyChange(options)

  return { find: (id) => findAccount(db, id), get, change, remove, activity }

  async function get(id: UserId): Promise<Account> {
    const account = await findAccount(db, id)
    if (!account) throw new AuthError('user_not_found')
    return account
  }

  async function activity(id: UserId, page: { before: string | null; limit: number }): Promise<AuditEvent[]> {
    const events = await audit.ofUser(id, page)
    // Users see that an administrator acted, but not from where.
    return events.map((event) => {
      return event.actorId === null || event.actorId === id ? event : { ...event, ip: null, userAgent: null }
    })
  }

  async function change(
    id: UserId,
    change: AccountChange | DecideChange,
    also?: AlsoChanged,
  ): Promise<Account> {
    try {
      const entries = await db.transaction(async (tx) => {
        const before = await lockUser(tx, id)
        if (!before) throw new AuthError('user_not_found')
        const wanted = typeof change === 'function' ? await change(before, tx) : change
        await keepAnAdministrator(tx, before, { ...before, ...wanted })
        const revoked = await apply(tx, before, wanted)
        const after = also && (await findAccount(tx, id))
        if (after) await also(tx, { before, after })
        return await revocations.append(tx, revoked)
      })
      revocations.remember(entries)
      outbox.wake()
      return await get(id)
    } catch (error) {
      if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
      throw error
    }
  }

  async function remove(id: UserId, { check, ip = null }: Removal = {}): Promise<Account> {
    const { account, entries } = await db.transaction(async (tx) => {
      const account = await lockUser(tx, id)
      if (!account) throw new AuthError('user_not_found')
      await check?.(account, tx)
      await keepAnAdministrator(tx, account, null)
      const at = ports.now()
      const reserved = (await addressUndo.reservedBy(tx, id)).filter((email) => email !== account.email)
      const revoked = await events.apply(tx, account, 'deleted', {
        mails: {
          address: mails.accountDeleted({ account, at, ip }),
          'reserved addresses': reserved.map((email) =>
            mails.accountDeleted({ account: { ...account, email }, at, ip: null, canUndo: true }),
          ),
        },
      })
      await addressUndo.outlive(tx, id)
      await deleteAccount(tx, id)
      return { account, entries: await revocations.append(tx, revoked) }
    })
    revocations.remember(entries)
    outbox.wake()
    return account
  }

  /** Counts under the lock on the user, which orders two administrators who demote each other at once. */
  async function keepAnAdministrator(tx: Queryable, before: Account, after: Account | null): Promise<void> {
    if (!isAdministrator(before) || (after && isAdministrator(after))) return
    if ((await countOtherAdministrators(tx, before.id)) === 0) throw new AuthError('last_administrator')
  }
}

const isAdministrator = ({ roles, disabledAt }: Account): boolean =>
  roles.includes(administrator) && disabledAt === null
