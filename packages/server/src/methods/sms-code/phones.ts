import { lockUser } from '../../identity/users/locks.ts'
import { type Phone, toSeconds, type UserId } from '@latchkey/contract'
import type { Asked } from '../../sign-in/mailed-sign-in.ts'
import { AuthError } from '../../core/auth-error.ts'
import { codeTtl } from '../../core/challenges/challenges.ts'
import type { CoreParts } from '../method-services.ts'
import type { CredentialNotice } from '../../identity/mails/mails.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { Account } from '../../identity/users/account.ts'
import { isoTime } from '../../core/iso-time.ts'
import { findAccount } from '../../identity/users/store.ts'
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

export function createPhones(core: CoreParts): Phones {
  const { db, ports, asked, challenges, codeGuesses, limits, outbox, texts, mails, credentials, audit } = core

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
    const taken = await take(sub, number, challenge.ticket, request)
    await codeGuesses.forgive(hits)
    outbox.wake()
    audit.record({ kind: 'phone.added', userId: sub, sessionId: sid, ...originOf(request) })
    // Of whom it was taken from nobody learns more than that.
    if (taken.from) audit.record({ kind: 'phone.removed', userId: taken.from, detail: { reason: 'moved' } })
    return toPhone(taken.phone)
  }

  async function take(
    userId: UserId,
    number: string,
    ticket: string,
    request: RequestContext,
  ): Promise<{ phone: PhoneRecord; from: UserId | null }> {
    try {
      return await db.transaction(async (tx) => {
        const account = await lockEnabled(tx, userId)
        if (!(await challenges.consumeTicket(tx, purpose, ticket))) throw new AuthError('challenge_invalid')
        const before = await findPhone(tx, userId)
        const from = await takeAway(tx, number, userId)
        const secondFactor = before?.secondFactor ?? false
        const phone = await savePhone(tx, { userId, number, secondFactor }, ports.now())
        await tell(tx, account, before ? 'phone_changed' : 'phone_added', number, request)
        return { phone, from }
      })
    } catch (error) {
      // Two accounts prove one number at the same moment: this one was slower, and may ask again.
      if (error instanceof UniqueViolation) throw new AuthError('challenge_invalid', { cause: error })
      throw error
    }
  }

  /**
   * Numbers are given up and given out again: whoever can read its messages now has it. Refused as taken it would stay
   * a key to the account of somebody who cannot read them any more, and would tell that they have an account here.
   */
  async function takeAway(tx: Queryable, number: string, by: UserId): Promise<UserId | null> {
    const held = await findPhoneByNumber(tx, number)
    if (!held || held.userId === by) return null
    const account = await findAccount(tx, held.userId)
    await removePhone(tx, held.userId)
    if (account) await tell(tx, account, 'phone_moved', number, null)
    return held.userId
  }

  async function setFactor(
    { sub, sid }: SessionClaims,
    isWanted: boolean,
    request: RequestContext,
  ): Promise<Phone> {
    const { phone, hasChanged } = await db.transaction(async (tx) => {
      const account = await lockEnabled(tx, sub)
      const phone = await findPhone(tx, sub)
      if (!phone) throw new AuthError('phone_not_found')
      const hasChanged = phone.secondFactor !== isWanted
      if (hasChanged) {
        await setPhoneFactor(tx, sub, isWanted)
        await tell(
          tx,
          account,
          isWanted ? 'phone_factor_enabled' : 'phone_factor_disabled',
          phone.number,
          request,
        )
      }
      return { phone: { ...phone, secondFactor: isWanted }, hasChanged }
    })
    if (hasChanged) {
      outbox.wake()
      const kind = isWanted ? 'phone.factor_enabled' : 'phone.factor_disabled'
      audit.record({ kind, userId: sub, sessionId: sid, ...originOf(request) })
    }
    return toPhone(phone)
  }

  async function remove({ sub, sid }: SessionClaims, request: RequestContext): Promise<void> {
    await db.transaction(async (tx) => {
      const account = await lockEnabled(tx, sub)
      const phone = await findPhone(tx, sub)
      if (!phone || !(await removePhone(tx, sub))) throw new AuthError('phone_not_found')
      await credentials.requireOne(tx, sub)
      await tell(tx, account, 'phone_removed', phone.number, request)
    })
    outbox.wake()
    audit.record({ kind: 'phone.removed', userId: sub, sessionId: sid, ...originOf(request) })
  }

  async function lockEnabled(tx: Queryable, userId: UserId): Promise<Account> {
    const account = await lockUser(tx, userId)
    if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
    return account
  }

  async function tell(
    tx: Queryable,
    account: Account,
    notice: CredentialNotice,
    number: string,
    request: RequestContext | null,
  ): Promise<void> {
    const about = { account, at: ports.now(), ip: request?.ip ?? null }
    await outbox.mail(tx, mails.credentialChanged({ ...about, notice, name: masked(number) }))
  }
}

const toPhone = ({ number, verifiedAt, secondFactor }: PhoneRecord): Phone => ({
  number,
  verifiedAt: isoTime(verifiedAt),
  secondFactor,
})

/** Enough to recognise it in a mail, which others may read as well. */
const masked = (number: string): string => `${number.slice(0, 3)}…${number.slice(-3)}`
