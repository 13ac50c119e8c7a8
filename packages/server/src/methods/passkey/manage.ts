import type { Passkey, UserId } from '@latchkey/contract'
import { lockHolder, type SessionHolder } from '../../accounts/lock-holder.ts'
import { AuthError } from '../../core/auth-error.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import { userHandleOf } from './ceremony-options.ts'
import type { PasskeyServices } from './passkey-services.ts'
import { recordPasskey } from './record.ts'
import * as store from './store.ts'
import { toPasskey } from './to-passkey.ts'
import { notices } from './mails.ts'

export interface PasskeyList {
  items: Passkey[]
  rpId: string
  userHandle: string
  asksAfterPassword: boolean
}

export async function listFor({ db, rp }: PasskeyServices, userId: UserId): Promise<PasskeyList> {
  const rows = await store.listPasskeys(db, userId)
  const asksAfterPassword = rows.some(({ asked_after_password }) => asked_after_password === 1)
  return {
    items: rows.map(toPasskey),
    rpId: rp.id,
    userHandle: userHandleOf(userId),
    asksAfterPassword,
  }
}

/** Throws AuthError `passkey_not_found`. */
export async function renamePasskey(
  { db }: PasskeyServices,
  userId: UserId,
  change: { id: string; name: string },
): Promise<Passkey> {
  const row = await store.renamePasskey(db, userId, change)
  if (!row) throw new AuthError('passkey_not_found')
  return toPasskey(row)
}

/** Throws AuthError `passkey_not_found`, `last_credential`, `second_factor_required`. */
export async function removePasskey(
  services: PasskeyServices,
  { userId, sessionId }: SessionHolder,
  id: string,
  request: RequestContext,
): Promise<void> {
  const { db, ports, credentials, secondFactors, revocations, outbox } = services
  const { row, entries } = await db.transaction(async (tx) => {
    const account = await lockHolder(tx, { userId, sessionId }, ports.now())
    const row = await store.removePasskey(tx, userId, id)
    if (!row) throw new AuthError('passkey_not_found')
    await credentials.requireOne(tx, userId)
    // An intruder with the device that held it may be signed in there.
    const revoked = await secondFactors.removed(tx, account, {
      was: row.asked_after_password === 1 ? 'factor' : 'no factor',
      sessionId,
      notice: notices.removed,
      name: row.name,
      ip: request.ip,
    })
    return { row, entries: await revocations.append(tx, revoked) }
  })
  revocations.remember(entries)
  outbox.wake()
  recordPasskey(services, 'passkey.removed', userId, row, request)
}

/** Throws AuthError `passkey_not_found` if there is none, `second_factor_required`. */
export async function askAfterPassword(
  services: PasskeyServices,
  { userId, sessionId }: SessionHolder,
  asked: boolean,
  request: RequestContext,
): Promise<void> {
  const { db, ports, secondFactors, revocations, outbox, audit } = services
  const entries = await db.transaction(async (tx) => {
    const account = await lockHolder(tx, { userId, sessionId }, ports.now())
    const present = await store.listPasskeys(tx, userId)
    if (asked && present.length === 0) throw new AuthError('passkey_not_found')
    const wasAsked = present.some((row) => row.asked_after_password === 1)
    if (wasAsked === asked) return []
    const isFirst = !(await secondFactors.hasAny(tx, userId))
    await store.askAfterPassword(tx, userId, asked)
    const change = {
      sessionId,
      notice: asked ? notices.asked : notices.notAsked,
      ip: request.ip,
    } as const
    const revoked = asked
      ? await secondFactors.added(tx, account, { ...change, isFirst })
      : await secondFactors.removed(tx, account, { ...change, was: 'factor' })
    return await revocations.append(tx, revoked)
  })
  revocations.remember(entries)
  outbox.wake()
  audit.record({ kind: asked ? 'passkey.asked' : 'passkey.not_asked', userId, ...originOf(request) })
}
