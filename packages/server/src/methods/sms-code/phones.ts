import { lockUser } from '../../identity/users/locks.ts'
import { type Phone, toSeconds, type UserId } from '@latchkey/contract'
import type { Asked } from '../../sign-in/mailed-sign-in.ts'
import { AuthError } from '../../core/auth-error.ts'
import { codeTtl } from '../../core/challenges/code.ts'
import type { MethodServices } from '../method-services.ts'
import { lockHolder, type SessionHolder } from '../../accounts/lock-holder.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { Account } from '../../identity/users/account.ts'
import { isoTime } from '../../core/iso-time.ts'
import { type Queryable, UniqueViolation } from '../../db/database.ts'
import * as limit from './options.ts'
import {
  findPhone,
  findPhoneByNumber,
  type PhoneRecord,
  removePhone,
  savePhone,
  setPhoneFactor,
} from './store.ts'

/** The number of an account: what its owner does with it, in that order. */
export interface Phones {
  find(userId: UserId): Promise<Phone | null>
  /** Throws `phone_not_supported`, `rate_limited`, `unavailable`. */
  send(claims: SessionClaims, number: string, request: RequestContext): Promise<Asked>
  /** Throws `challenge_invalid` for every reason, `rate_limited`. */
  verify(
    claims: SessionClaims,
    answer: { ticket: string; code: string },
    request: RequestContext,
  ): Promise<Phone>
  /** Throws `phone_not_found`. */
  setFactor(claims: SessionClaims, isWanted: boolean, request: RequestContext): Promise<Phone>
  /** Throws `phone_not_found`, `last_credential`. */
  remove(claims: SessionClaims, request: RequestContext): Promise<void>
}

const purpose = 'phone'

export function createPhones(core: MethodServices): Phones {
  const { db, ports, asked, challenges, codeGuesses, limits, outbox, texts, credentials, audit } = core
  const { secondFactors, revocations } = core

  return { find, send, verify, setFactor, remove }

  async function find(userId: UserId): Promise<Phone | null> {
    const phone = await findPhone(db, userId)
    return phone && toPhone(phone)
  }

  async function send({ sub, sid }: SessionClaims, number: string, request: RequestContext): Promise<Asked> {
    await limits.take(limit.newNumbersPerNetwork, networkOfCaller(request))
    await limits.take(limit.newNumbersPerAccount, sub)
    await limits.take(limit.newNumbersPerAccountAndDay, sub)
    await texts.admitNew(number)
    const ticket = await db.transaction(async (tx) => {
      const { code, ticket } = await asked.issue(tx, {
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
    return { ticket, expiresIn: toSeconds(codeTtl), delayed: !texts.delivers() }
  }

  async function verify(
    { sub, sid }: SessionClaims,
    answer: { ticket: string; code: string },
    request: RequestContext,
  ): Promise<Phone> {
    const waiting = await asked.find(db, purpose, answer.ticket)
    // Another's ticket costs its owner no try.
    if (!waiting || waiting.userId !== sub || waiting.payload['sid'] !== sid)
      throw new AuthError('challenge_invalid')
    const hits = await codeGuesses.take({ userId: sub, subject: sub }, request)
    const challenge = await asked.attemptCode(db, purpose, answer)
    if (!challenge) throw new AuthError('challenge_invalid')
    const number = String(challenge.payload['number'])
    const taken = await take({ userId: sub, sessionId: sid }, number, challenge.ticket, request)
    await codeGuesses.forgive(hits)
    outbox.wake()
    audit.record({ kind: 'phone.added', userId: sub, sessionId: sid, ...originOf(request) })
    // Of whom it was taken from nobody learns more than that.
    if (taken.from) audit.record({ kind: 'phone.removed', userId: taken.from, detail: { reason: 'moved' } })
    return toPhone(taken.phone)
  }

  async function take(
    holder: SessionHolder,
    number: string,
    ticket: string,
    { ip }: RequestContext,
  ): Promise<{ phone: PhoneRecord; from: UserId | null }> {
    const { userId, sessionId } = holder
    try {
      const { entries, ...taken } = await db.transaction(async (tx) => {
        const held = await findPhoneByNumber(tx, number)
        const [account, other] = await lockBoth(tx, holder, held?.userId ?? userId)
        if (!(await challenges.consumeTicket(tx, purpose, ticket))) throw new AuthError('challenge_invalid')
        const lost = other && (await takeAway(tx, other, number))
        const before = await findPhone(tx, userId)
        const phone = await savePhone(
          tx,
          { userId, number, secondFactor: before?.secondFactor ?? false },
          ports.now(),
        )
        const change = { sessionId, name: masked(number), ip }
        const revoked = before
          ? await secondFactors.removed(tx, account, { ...change, was: 'no factor', notice: 'phone_changed' })
          : await secondFactors.added(tx, account, { ...change, isFirst: false, notice: 'phone_added' })
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

  /** The account, and the other one that the number is of. In the order of their ids: two who swap numbers do not wait. */
  async function lockBoth(
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
   * Numbers are given up and given out again: whoever can read its messages now has it. Refused as taken it would stay
   * a key to the account of somebody who cannot read them any more, and would tell that they have an account here.
   */
  async function takeAway(tx: Queryable, account: Account, number: string): Promise<Revoked[] | null> {
    const held = await findPhone(tx, account.id)
    // Given up by its owner just now.
    if (held?.number !== number) return null
    await removePhone(tx, account.id)
    const change = { sessionId: null, notice: 'phone_moved', name: masked(number), ip: null } as const
    return await secondFactors.removed(tx, account, { ...change, was: 'taken away' })
  }

  async function setFactor(
    { sub, sid }: SessionClaims,
    isWanted: boolean,
    request: RequestContext,
  ): Promise<Phone> {
    const { phone, entries } = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId: sub, sessionId: sid }, ports.now())
      const phone = await findPhone(tx, sub)
      if (!phone) throw new AuthError('phone_not_found')
      if (phone.secondFactor === isWanted) return { phone, entries: null }
      const isFirst = !(await secondFactors.hasAny(tx, sub))
      await setPhoneFactor(tx, sub, isWanted)
      const change = { sessionId: sid, name: masked(phone.number), ip: request.ip }
      const revoked = isWanted
        ? await secondFactors.added(tx, account, { ...change, isFirst, notice: 'phone_factor_enabled' })
        : await secondFactors.removed(tx, account, {
            ...change,
            was: 'factor',
            notice: 'phone_factor_disabled',
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

  async function remove({ sub, sid }: SessionClaims, request: RequestContext): Promise<void> {
    const entries = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId: sub, sessionId: sid }, ports.now())
      const phone = await findPhone(tx, sub)
      if (!phone || !(await removePhone(tx, sub))) throw new AuthError('phone_not_found')
      await credentials.requireOne(tx, sub)
      const revoked = await secondFactors.removed(tx, account, {
        was: phone.secondFactor ? 'factor' : 'no factor',
        sessionId: sid,
        notice: 'phone_removed',
        name: masked(phone.number),
        ip: request.ip,
      })
      return await revocations.append(tx, revoked)
    })
    revocations.remember(entries)
    outbox.wake()
    audit.record({ kind: 'phone.removed', userId: sub, sessionId: sid, ...originOf(request) })
  }
}

const toPhone = ({ number, verifiedAt, secondFactor }: PhoneRecord): Phone => ({
  number,
  verifiedAt: isoTime(verifiedAt),
  secondFactor,
})

/** Enough to recognise it in a mail, which others may read as well. */
const masked = (number: string): string => `${number.slice(0, 3)}…${number.slice(-3)}`
