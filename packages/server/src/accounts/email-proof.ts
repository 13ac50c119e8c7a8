import { lockUser } from '../identity/users/locks.ts'
import { days, hours, type UserId } from '@latchkey/contract'
import { type Database, type Queryable, UniqueViolation } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge, Challenges, CodeAnswer } from '../core/challenges/challenges.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { Sessions } from '../sessions/service.ts'
import type { Account } from '../identity/users/account.ts'
import { findAccount, findAccountByEmail, saveAccount } from '../identity/users/store.ts'

/** Proves that an account's address belongs to its user, and changes it only after such a proof. */
export interface EmailProof {
  /** Queues the mail with link and code. */
  send(tx: Queryable, account: Account): Promise<void>
  /** Throws AuthError `challenge_invalid`. */
  verifyByToken(token: string): Promise<void>
  verifyByCode(userId: UserId, code: string): Promise<void>
  requestChange(account: Account, email: string): Promise<void>
  /** Throws AuthError `challenge_invalid` or `email_taken`. */
  confirmChange(token: string, ip: string | null): Promise<void>
  undoChange(token: string): Promise<void>
  /** Whether somebody else who lost the address may still take it back: until then it is nobody's. */
  isReserved(db: Queryable, lookup: string, besides?: UserId): Promise<boolean>
}

export interface EmailProofOptions {
  db: Database
  ports: Ports
  challenges: Challenges
  outbox: Outbox
  mails: Mails
  sessions: Sessions
  revocations: RevocationLog
  audit: Audit
  normalizeEmail: (email: string) => string
  /** The password stops working, and a mail that sets a new one is queued: for an address that was taken back. */
  startOver: (tx: Queryable, account: Account) => Promise<void>
}

const proofTtl = hours(24)
const changeTtl = hours(1)
/** Long enough for somebody who reads the old mailbox once a week. */
const undoTtl = days(7)

export function createEmailProof(options: EmailProofOptions): EmailProof {
  const { db, ports, challenges, outbox, mails, sessions, revocations, audit, normalizeEmail } = options

  return { send, verifyByToken, verifyByCode, requestChange, confirmChange, undoChange, isReserved }

  async function send(tx: Queryable, account: Account): Promise<void> {
    const { token, code } = await challenges.issue(tx, {
      purpose: 'verify-email',
      subject: account.id,
      userId: account.id,
      payload: { email: account.email },
      ttl: proofTtl,
      withCode: true,
    })
    await outbox.mail(
      tx,
      mails.verifyEmail({ email: account.email, token, code: code as string, validFor: proofTtl }),
    )
  }

  async function verifyByToken(token: string): Promise<void> {
    await verify((tx) => challenges.consume(tx, 'verify-email', token))
  }

  async function verifyByCode(userId: UserId, code: string): Promise<void> {
    const answer: CodeAnswer = { code, subject: userId }
    await verify((tx) => challenges.consumeCode(tx, 'verify-email', answer))
  }

  async function verify(consume: (tx: Queryable) => Promise<Challenge | null>): Promise<void> {
    const verified = await db.transaction(async (tx) => {
      const challenge = await consume(tx)
      const account = challenge?.userId && (await findAccount(tx, challenge.userId))
      // The proof is of the address the mail went to, which may have changed since.
      if (!account || account.disabledAt !== null || account.email !== challenge.payload.email) return null
      const now = ports.now()
      return await saveAccount(tx, { ...account, emailVerifiedAt: now }, normalizeEmail(account.email), now)
    })
    if (!verified) throw new AuthError('challenge_invalid')
    audit.record({ kind: 'email.verified', userId: verified.id })
  }

  async function requestChange(account: Account, email: string): Promise<void> {
    await db.transaction(async (tx) => {
      const holder = await findAccountByEmail(tx, normalizeEmail(email))
      // Same answer for a taken address: its owner is told, the asker is not.
      if (holder && holder.id !== account.id) {
        await outbox.mail(tx, mails.alreadyRegistered({ email: holder.email }))
        return
      }
      const { token } = await challenges.issue(tx, {
        purpose: 'change-email',
        subject: account.id,
        userId: account.id,
        payload: { from: account.email, to: email },
        ttl: changeTtl,
      })
      await outbox.mail(tx, mails.confirmEmailChange({ email, token, validFor: changeTtl }))
    })
    outbox.wake()
    audit.record({ kind: 'email.change_requested', userId: account.id })
  }

  async function confirmChange(token: string, ip: string | null): Promise<void> {
    const changed = await moveAddress('change-email', token, async (tx, before, to) => {
      const undo = await challenges.issue(tx, {
        purpose: 'undo-email-change',
        subject: normalizeEmail(before.email),
        userId: before.id,
        payload: { from: to, to: before.email },
        ttl: undoTtl,
      })
      await outbox.mail(
        tx,
        mails.emailChanged({
          account: before,
          newEmail: to,
          token: undo.token,
          validFor: undoTtl,
          at: ports.now(),
          ip,
        }),
      )
      return []
    })
    audit.record({ kind: 'email.changed', userId: changed.id })
  }

  async function undoChange(token: string): Promise<void> {
    const changed = await moveAddress('undo-email-change', token, async (tx, before, to) => {
      // Of a chain of changes the later ones may be a thief's: their links must not take the account away again. The
      // earlier ones stay, so that the thief's own undo does not end the owner's.
      await challenges.voidLater(tx, 'undo-email-change', token, before.id)
      await options.startOver(tx, { ...before, email: to })
      // Whoever changed the address may be signed in, with a password of their own.
      return await sessions.endAllWithin(tx, before.id, 'email_change_undone')
    })
    audit.record({ kind: 'email.change_undone', userId: changed.id })
  }

  async function isReserved(db: Queryable, lookup: string, besides?: UserId): Promise<boolean> {
    const owner = await challenges.findPending(db, 'undo-email-change', lookup)
    return owner !== null && owner !== besides
  }

  async function moveAddress(
    purpose: 'change-email' | 'undo-email-change',
    token: string,
    also: (tx: Queryable, before: Account, to: string) => ReturnType<Sessions['endAllWithin']>,
  ): Promise<Account> {
    try {
      const { account, entries } = await db.transaction(async (tx) => {
        const challenge = await challenges.consume(tx, purpose, token)
        const before = challenge?.userId && (await lockUser(tx, challenge.userId))
        if (!before || before.disabledAt !== null) return { account: null, entries: [] }
        const { from, to } = challenge.payload as { from: string; to: string }
        // An undo reaches back over later changes; a confirmation is of the address it was asked from.
        if (purpose === 'change-email' && before.email !== from) return { account: null, entries: [] }
        if (await isReserved(tx, normalizeEmail(to), before.id)) throw new AuthError('email_taken')
        const now = ports.now()
        const after = { ...before, email: to, emailVerifiedAt: now }
        const account = await saveAccount(tx, after, normalizeEmail(to), now)
        await challenges.void(tx, 'verify-email', before.id)
        await challenges.void(tx, 'reset-password', before.id)
        await challenges.void(tx, 'change-email', before.id)
        return { account, entries: await revocations.append(tx, await also(tx, before, to)) }
      })
      if (!account) throw new AuthError('challenge_invalid')
      revocations.remember(entries)
      outbox.wake()
      return account
    } catch (error) {
      if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
      throw error
    }
  }
}
