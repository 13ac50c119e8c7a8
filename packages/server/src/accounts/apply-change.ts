import { normalizeEmail } from '../core/mail/address.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { Queryable } from '../db/database.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'
import {
  saveDisabled,
  saveEmail,
  saveLocale,
  saveName,
  saveRoles,
  saveVerified,
} from '../identity/users/store.ts'
import type { AddressUndo } from './address-undo.ts'
import type { Credentials } from './credentials.ts'

export type AccountChange = Partial<
  Pick<Account, 'email' | 'emailVerifiedAt' | 'name' | 'locale' | 'roles' | 'disabledAt'>
>

/**
 * Writes the wanted fields of a locked user, a column at a time, with the endings that each change requires. Returns
 * the revoked items.
 */
export type ApplyChange = (tx: Queryable, before: Account, wanted: AccountChange) => Promise<Revoked[]>

export interface ApplyChangeOptions {
  ports: Ports
  events: AccountEvents
  credentials: Credentials
  addressUndo: AddressUndo
  mails: Mails
}

export function createApplyChange({
  ports,
  events,
  credentials,
  addressUndo,
  mails,
}: ApplyChangeOptions): ApplyChange {
  return apply

  async function apply(tx: Queryable, before: Account, wanted: AccountChange): Promise<Revoked[]> {
    const now = ports.now()
    const { name = before.name, locale = before.locale } = wanted
    if (name !== before.name) await saveName(tx, before.id, { name, now })
    if (locale !== before.locale) await saveLocale(tx, before.id, { locale, now })
    return [
      ...(await applyAddress(tx, before, wanted)),
      ...(await applyRoles(tx, before, wanted)),
      ...(await applyDisabled(tx, before, wanted)),
    ]
  }

  async function applyAddress(tx: Queryable, before: Account, wanted: AccountChange): Promise<Revoked[]> {
    const { email = before.email, emailVerifiedAt: verifiedAt = before.emailVerifiedAt } = wanted
    const isProven = before.emailVerifiedAt === null && verifiedAt !== null
    const now = ports.now()
    if (email === before.email && !isProven) {
      if (verifiedAt !== before.emailVerifiedAt) await saveVerified(tx, before.id, { verifiedAt, now })
      return []
    }
    const moved = email === before.email ? { account: before, revoked: [] } : await move(tx, before, email)
    if (!isProven) {
      if (email !== before.email) await saveVerified(tx, before.id, { verifiedAt, now })
      return moved.revoked
    }
    // No browser of the owner is involved: earlier credentials may belong to the account's maker.
    const { revoked } = await credentials.addressProven(tx, moved.account, { isMaker: false, ip: null })
    return [...moved.revoked, ...revoked]
  }

  async function move(
    tx: Queryable,
    before: Account,
    email: string,
  ): Promise<{ account: Account; revoked: Revoked[] }> {
    const now = ports.now()
    const isBack = await addressUndo.isReserved(tx, email)
    // Back to an earlier address of the account: later changes are undone, and stay so.
    if (isBack) await addressUndo.voidAfter(tx, before.id, email)
    const undo = isBack ? null : await addressUndo.offer(tx, before, { since: now, reserves: true })
    const saved = { email, lookup: normalizeEmail(email), verifiedAt: null, now }
    const account = await saveEmail(tx, before.id, saved)
    await addressUndo.requireFree(tx, email, before.id)
    const mail = mails.emailChanged({ account: before, newEmail: email, undo, at: now, ip: null })
    const revoked = await events.apply(tx, account, 'address_changed_by_admin', {
      mails: { 'old address': mail },
    })
    return { account, revoked }
  }

  async function applyRoles(
    tx: Queryable,
    before: Account,
    { roles = before.roles }: AccountChange,
  ): Promise<Revoked[]> {
    if (JSON.stringify(roles) === JSON.stringify(before.roles)) return []
    const now = ports.now()
    const account = await saveRoles(tx, before.id, { roles, now })
    const about = { account, at: now, ip: null, name: roles.join(', ') || 'none' }
    const address = mails.credentialChanged({ ...about, notice: 'roles_changed' })
    return await events.apply(tx, account, 'roles_changed', { mails: { address } })
  }

  async function applyDisabled(
    tx: Queryable,
    before: Account,
    { disabledAt = before.disabledAt }: AccountChange,
  ): Promise<Revoked[]> {
    if (disabledAt === before.disabledAt) return []
    const account = await saveDisabled(tx, before.id, { disabledAt, now: ports.now() })
    if (before.disabledAt !== null && disabledAt !== null) return []
    return await events.apply(tx, account, disabledAt === null ? 'enabled' : 'disabled', {})
  }
}
