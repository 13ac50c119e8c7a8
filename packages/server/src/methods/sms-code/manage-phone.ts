import type { Phone, UserId } from '@latchkey/contract'
import { lockHolder } from '../../accounts/lock-holder.ts'
import { AuthError } from '../../core/auth-error.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { PhoneServices } from './phone-services.ts'
import * as store from './store.ts'
import { masked, toPhone } from './to-phone.ts'
import { notices } from './mails.ts'

export async function findPhone({ db }: PhoneServices, userId: UserId): Promise<Phone | null> {
  const phone = await store.findPhone(db, userId)
  return phone && toPhone(phone)
}

/** Throws AuthError `phone_not_found`, `second_factor_required`. */
export async function setPhoneFactor(
  services: PhoneServices,
  { sub, sid }: SessionClaims,
  isWanted: boolean,
  request: RequestContext,
): Promise<Phone> {
  const { db, ports, secondFactors, revocations, outbox, audit } = services
  const { phone, entries } = await db.transaction(async (tx) => {
    const account = await lockHolder(tx, { userId: sub, sessionId: sid }, ports.now())
    const phone = await store.findPhone(tx, sub)
    if (!phone) throw new AuthError('phone_not_found')
    if (phone.secondFactor === isWanted) return { phone, entries: null }
    const isFirst = !(await secondFactors.hasAny(tx, sub))
    await store.setPhoneFactor(tx, sub, isWanted)
    const change = { sessionId: sid, name: masked(phone.number), ip: request.ip }
    const revoked = isWanted
      ? await secondFactors.added(tx, account, { ...change, isFirst, notice: notices.factorEnabled })
      : await secondFactors.removed(tx, account, {
          ...change,
          was: 'factor',
          notice: notices.factorDisabled,
        })
    return { phone: { ...phone, secondFactor: isWanted }, entries: await revocations.append(tx, revoked) }
  })
  if (entries) {
    revocations.remember(entries)
    outbox.wake()
    const kind = isWanted ? 'phone.factor_enabled' : 'phone.factor_disabled'
    audit.record({ kind, userId: sub, sessionId: sid, ...originOf(request) })
  }
  return toPhone(phone)
}

/** Throws AuthError `phone_not_found`, `last_credential`, `second_factor_required`. */
export async function removePhone(
  services: PhoneServices,
  { sub, sid }: SessionClaims,
  request: RequestContext,
): Promise<void> {
  const { db, ports, secondFactors, credentials, revocations, outbox, audit } = services
  const entries = await db.transaction(async (tx) => {
    const account = await lockHolder(tx, { userId: sub, sessionId: sid }, ports.now())
    const phone = await store.findPhone(tx, sub)
    if (!phone || !(await store.removePhone(tx, sub))) throw new AuthError('phone_not_found')
    await credentials.requireOne(tx, sub)
    const revoked = await secondFactors.removed(tx, account, {
      was: phone.secondFactor ? 'factor' : 'no factor',
      sessionId: sid,
      notice: notices.removed,
      name: masked(phone.number),
      ip: request.ip,
    })
    return await revocations.append(tx, revoked)
  })
  revocations.remember(entries)
  outbox.wake()
  audit.record({ kind: 'phone.removed', userId: sub, sessionId: sid, ...originOf(request) })
}
