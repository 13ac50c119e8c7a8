import { type Phone, toSeconds, type UserId } from '@latchkey/contract'
import { lockHolder, type SessionHolder } from '../../accounts/lock-holder.ts'
import { AuthError } from '../../core/auth-error.ts'
import { codeTtl } from '../../core/challenges/code.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import { type Queryable, UniqueViolation } from '../../db/database.ts'
import type { Account } from '../../identity/users/account.ts'
import { lockUser } from '../../identity/users/locks.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { CodeRequested } from '../../sign-in/mailed-sign-in-needs.ts'
import { newNumbersPerAccount, newNumbersPerAccountAndDay, newNumbersPerNetwork } from './options.ts'
import type { PhoneServices } from './phone-services.ts'
import { findPhone, findPhoneByNumber, type PhoneRecord, removePhone, savePhone } from './store.ts'
import { masked, toPhone } from './to-phone.ts'
import { notices } from './mails.ts'

const purpose = 'phone'

/** Throws AuthError `phone_not_supported`, `rate_limited`, `unavailable`. */
export async function sendPhoneCode(
  { db, ports, limits, pendingCodes, texts, outbox }: PhoneServices,
  { sub, sid }: SessionClaims,
  number: string,
  request: RequestContext,
): Promise<CodeRequested> {
  await limits.take(newNumbersPerNetwork, networkOfCaller(request))
  await limits.take(newNumbersPerAccount, sub)
  await limits.take(newNumbersPerAccountAndDay, sub)
  await texts.admitNew(number)
  const ticket = await db.transaction(async (tx) => {
    const { code, ticket } = await pendingCodes.issue(tx, {
      purpose,
      subject: sub,
      userId: sub,
      sessionId: sid,
      payload: { number, sid },
      ttl: codeTtl,
      withCode: true,
    })
    await texts.sendCode(tx, { to: number, code: code as string, validUntil: ports.now() + codeTtl })
    return ticket
  })
  outbox.wake()
  return { ticket, expiresIn: toSeconds(codeTtl), delayed: !texts.isDelivering() }
}

/** Throws AuthError `challenge_invalid` for every reason, `rate_limited`. */
export async function verifyPhone(
  services: PhoneServices,
  { sub, sid }: SessionClaims,
  answer: { ticket: string; code: string },
  request: RequestContext,
): Promise<Phone> {
  const { db, pendingCodes, codeGuesses, outbox, audit } = services
  const waiting = await pendingCodes.find(db, purpose, answer.ticket)
  // Another user's ticket costs its owner no attempt.
  if (!waiting || waiting.userId !== sub || waiting.payload['sid'] !== sid)
    throw new AuthError('challenge_invalid')
  const hits = await codeGuesses.take({ userId: sub, subject: sub }, request)
  const challenge = await pendingCodes.attemptCode(db, purpose, answer)
  if (!challenge) throw new AuthError('challenge_invalid')
  const proven = { number: String(challenge.payload['number']), ticket: challenge.ticket }
  const taken = await take(services, { userId: sub, sessionId: sid }, proven, request)
  await codeGuesses.forgive(hits)
  outbox.wake()
  audit.record({ kind: 'phone.added', userId: sub, sessionId: sid, ...originOf(request) })
  // The former owner learns only that the number moved.
  if (taken.from) audit.record({ kind: 'phone.removed', userId: taken.from, detail: { reason: 'moved' } })
  return toPhone(taken.phone)
}

async function take(
  services: PhoneServices,
  holder: SessionHolder,
  { number, ticket }: { number: string; ticket: string },
  { ip }: RequestContext,
): Promise<{ phone: PhoneRecord; from: UserId | null }> {
  const { db, ports, challenges, secondFactors, revocations } = services
  const { userId, sessionId } = holder
  try {
    const { entries, ...taken } = await db.transaction(async (tx) => {
      const held = await findPhoneByNumber(tx, number)
      const [account, other] = await lockBoth(services, tx, holder, held?.userId ?? userId)
      if (!(await challenges.consumeTicket(tx, purpose, ticket))) throw new AuthError('challenge_invalid')
      const lost = other && (await takeAway(services, tx, other, number))
      const before = await findPhone(tx, userId)
      const toSave = { userId, number, secondFactor: before?.secondFactor ?? false }
      const phone = await savePhone(tx, toSave, ports.now())
      const change = { sessionId, name: masked(number), ip }
      const revoked = before
        ? await secondFactors.removed(tx, account, { ...change, was: 'no factor', notice: notices.changed })
        : await secondFactors.added(tx, account, { ...change, isFirst: false, notice: notices.added })
      const entries = await revocations.append(tx, [...(lost ?? []), ...revoked])
      return { phone, from: lost ? (other?.id ?? null) : null, entries }
    })
    revocations.remember(entries)
    return taken
  } catch (error) {
    // Two accounts prove one number at the same moment: this one was slower, and may ask again.
    if (error instanceof UniqueViolation) throw new AuthError('challenge_invalid', { cause: error })
    throw error
  }
}

/**
 * Locks the account, and the other one that has the number, in the order of their ids: two users who swap numbers do
 * not deadlock.
 */
async function lockBoth(
  { ports }: PhoneServices,
  tx: Queryable,
  by: SessionHolder,
  other: UserId,
): Promise<[Account, Account | null]> {
  const isFirst = other < by.userId
  const before = isFirst ? await lockUser(tx, other) : null
  const account = await lockHolder(tx, by, ports.now())
  return [account, isFirst || other === by.userId ? before : await lockUser(tx, other)]
}

/**
 * Numbers are given up and reassigned: the present reader of its messages now has it. Refusing it as taken would leave
 * it as a key to the account of a user who cannot read them any more, and would reveal that account.
 */
async function takeAway(
  { secondFactors }: PhoneServices,
  tx: Queryable,
  account: Account,
  number: string,
): Promise<Revoked[] | null> {
  const held = await findPhone(tx, account.id)
  // Given up by its owner just now.
  if (held?.number !== number) return null
  await removePhone(tx, account.id)
  const change = { sessionId: null, notice: notices.moved, name: masked(number), ip: null } as const
  return await secondFactors.removed(tx, account, { ...change, was: 'taken away' })
}
