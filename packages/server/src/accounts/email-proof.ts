import { hours, type Instant, minutes, type SessionId, type UserId } from '@latchkey/contract'
import { type Database, type Queryable, UniqueViolation } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import { voidChallengesOfUser } from '../core/challenges/store.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Ports } from '../core/ports/ports.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import type { Revoked, RevocationLog } from '../core/revocations/log.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'
import { lockUser } from '../identity/users/locks.ts'
import { findAccountByEmail, insertAccount, saveEmail } from '../identity/users/store.ts'
import type { AddressUndo, UndoneChange } from './address-undo.ts'
import type { Arrival, Credentials } from './credentials.ts'
import { isAlive, lockHolder, type SessionHolder } from './lock-holder.ts'

/** Proves that an account's address belongs to its user, and changes it only after such a proof. */
export interface EmailProof {
  /** Queues the mail with link and code. */
  send(tx: Queryable, account: Account): Promise<void>
  /** `isMaker`: whether the link is opened where the account was made. Throws AuthError `challenge_invalid`. */
  verifyByToken(token: string, by: Prover): Promise<Arrival>
  /** In a session of the account. */
  verifyByCode(userId: UserId, code: string): Promise<void>
  /** Throws `token_revoked` where the session has ended. */
  requestChange(asker: SessionHolder, email: string, ip: string | null): Promise<void>
  /**
   * By the session that asked, or by one that has proven itself again since. Throws AuthError `challenge_invalid`,
   * `email_taken`, `insufficient_user_authentication`.
   */
  confirmChange(token: string, holder: Holder, ip: string | null): Promise<void>
  /** Of a change that was asked for, of one that was made, and of an account that was deleted after it. */
  undoChange(token: string): Promise<void>
}

interface Prover {
  isMaker: (userId: UserId) => boolean
  ip: string | null
}

/** Whoever opens a link while they are signed in. */
export interface Holder extends SessionHolder {
  authenticatedAt: Instant
  aal: number
}

/** Whether the user has a second factor that counts. */
export type HasSecondFactor = (tx: Queryable, userId: UserId) => Promise<boolean>

export interface EmailProofOptions {
  db: Database
  ports: Ports
  challenges: Challenges
  events: AccountEvents
  credentials: Credentials
  addressUndo: AddressUndo
  outbox: Outbox
  mails: Mails
  revocations: RevocationLog
  audit: Audit
  /** Whether the user has a second factor, which is to be proven then. */
  hasSecondFactor: HasSecondFactor
}

/** What a link stands for that confirms a new address; the session that asked stands in its row. */
interface AskedChange {
  from: string
  to: string
  at: Instant
  sid: SessionId
}

const proofTtl = hours(24)
const changeTtl = hours(1)
/** How fresh the proof has to be of whoever confirms in another session. */
const freshness = minutes(10)

export function createEmailProof(options: EmailProofOptions): EmailProof {
  const { db, ports, challenges, events, credentials, addressUndo } = options
  const { outbox, mails, revocations, audit } = options

  return { send, verifyByToken, verifyByCode, requestChange, confirmChange, undoChange }

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

  async function verifyByToken(token: string, by: Prover): Promise<Arrival> {
    return await verify((tx) => challenges.consume(tx, 'verify-email', token), by)
  }

  async function verifyByCode(userId: UserId, code: string): Promise<void> {
    const answer = { code, subject: userId }
    await verify((tx) => challenges.consumeCode(tx, 'verify-email', answer), {
      isMaker: () => true,
      ip: null,
    })
  }

  async function verify(
    consume: (tx: Queryable) => Promise<Challenge | null>,
    { isMaker, ip }: Prover,
  ): Promise<Arrival> {
    const proven = await db.transaction(async (tx) => {
      const challenge = await consume(tx)
      const account = challenge?.userId && (await lockUser(tx, challenge.userId))
      // The proof is of the address the mail went to, which may have changed since.
      if (!account || account.disabledAt !== null || account.email !== challenge.payload['email']) return null
      const arrival = await credentials.addressProven(tx, account, { isMaker: isMaker(account.id), ip })
      return { arrival, entries: await revocations.append(tx, arrival.revoked) }
    })
    if (!proven) throw new AuthError('challenge_invalid')
    revocations.remember(proven.entries)
    outbox.wake()
    audit.record({ kind: 'email.verified', userId: proven.arrival.account.id })
    return proven.arrival
  }

  async function requestChange(
    { userId, sessionId }: SessionHolder,
    email: string,
    ip: string | null,
  ): Promise<void> {
    await db.transaction(async (tx) => {
      const at = ports.now()
      const account = await lockHolder(tx, { userId, sessionId }, at)
      const undo = await addressUndo.offer(tx, account, { since: at, reserves: false })
      const asked = mails.emailChangeAsked({ account, newEmail: email, undo, at, ip })
      await events.apply(tx, account, 'address_change_asked', { sessionId, mails: { 'old address': asked } })
      const holder = await findAccountByEmail(tx, normalizeEmail(email))
      // Same answer, and same mail to the old address, for a taken one: its owner is told, the asker is not.
      if (holder && holder.id !== account.id)
        return await outbox.mail(tx, mails.alreadyRegistered({ email: holder.email }))
      const { token } = await challenges.issue(tx, {
        purpose: 'change-email',
        subject: account.id,
        userId,
        sessionId,
        payload: { from: account.email, to: email, at, sid: sessionId } satisfies AskedChange,
        ttl: changeTtl,
      })
      await outbox.mail(tx, mails.confirmEmailChange({ email, token, validFor: changeTtl }))
    })
    outbox.wake()
    audit.record({ kind: 'email.change_requested', userId, sessionId })
  }

  async function confirmChange(token: string, holder: Holder, ip: string | null): Promise<void> {
    await commit(async (tx) => {
      const challenge = await challenges.consume(tx, 'change-email', token)
      const before = challenge?.userId && (await lockUser(tx, challenge.userId))
      if (!before || before.disabledAt !== null) throw new AuthError('challenge_invalid')
      const asked = challenge.payload as unknown as AskedChange
      // It dies with the session that asked, and is of the address it was asked from.
      if (before.email !== asked.from || !(await isAlive(tx, asked.sid, ports.now())))
        throw new AuthError('challenge_invalid')
      await requireHolder(tx, asked, holder, before)
      const at = ports.now()
      const undo = await addressUndo.offer(tx, before, { since: asked.at, reserves: true })
      const account = await moveTo(tx, before, asked.to)
      await addressUndo.requireFree(tx, asked.to, before.id)
      return await events.apply(tx, account, 'address_changed', {
        sessionId: holder.sessionId,
        mails: {
          'old address': mails.emailChanged({ account: before, newEmail: asked.to, undo, at, ip }),
          'new address': mails.credentialChanged({ account, at, ip, notice: 'address_changed' }),
        },
      })
    })
    audit.record({ kind: 'email.changed', userId: holder.userId, sessionId: holder.sessionId })
  }

  /**
   * Whoever reads the mail of the new address need not be whoever asked: the link alone would let a thief's request be
   * confirmed by a stranger, and a stranger's by its victim.
   */
  async function requireHolder(
    tx: Queryable,
    asked: AskedChange,
    { userId, sessionId, authenticatedAt, aal }: Holder,
    account: Account,
  ): Promise<void> {
    if (userId === account.id && (await isAlive(tx, sessionId, ports.now()))) {
      if (sessionId === asked.sid) return
      const isFresh = authenticatedAt >= asked.at && ports.now() - authenticatedAt <= freshness
      if (isFresh && (aal >= 2 || !(await options.hasSecondFactor(tx, userId)))) return
    }
    throw new AuthError('insufficient_user_authentication', { stepUp: { maxAge: freshness / 1000 } })
  }

  async function undoChange(token: string): Promise<void> {
    let undone: UserId | undefined
    await commit(async (tx) => {
      const link = await addressUndo.consume(tx, token)
      const before = link?.userId ? await lockUser(tx, link.userId) : null
      // An account that was deleted after the change is made anew; one that is disabled keeps its link for later.
      if (!link || (link.userId !== null && (before === null || before.disabledAt !== null)))
        throw new AuthError('challenge_invalid')
      const { to, since, account: known } = link
      undone = known.id
      // Of a chain of changes the later ones may be a thief's: their links must not take the account away again. The
      // earlier ones stay, so that the thief's own undo does not end the owner's.
      await addressUndo.voidLater(tx, token, known.id)
      const account = before ? await moveTo(tx, before, to) : await makeAnew(tx, link)
      await addressUndo.requireFree(tx, to, known.id)
      return await startOver(tx, account, { before, since })
    })
    audit.record({ kind: 'email.change_undone', userId: undone ?? null })
  }

  /** Whoever changed the address may be signed in, with a password of their own. The account is given as it will be. */
  async function startOver(
    tx: Queryable,
    account: Account,
    { before, since }: { before: Account | null; since: Instant },
  ): Promise<Revoked[]> {
    const about = { at: ports.now(), ip: null, notice: 'address_change_undone' } as const
    const lost = before && before.email !== account.email ? before : null
    return await events.apply(tx, account, 'address_change_undone', {
      since,
      mails: {
        'old address': mails.credentialChanged({ account, ...about }),
        'new address': lost ? mails.credentialChanged({ account: lost, ...about }) : [],
      },
    })
  }

  async function moveTo(tx: Queryable, { id }: Account, email: string): Promise<Account> {
    const now = ports.now()
    await voidChallengesOfUser(tx, 'verify-email', id)
    return await saveEmail(tx, id, { email, lookup: normalizeEmail(email), verifiedAt: now, now })
  }

  /** With its id, so that what other systems hold of it is found again, and without its roles. */
  async function makeAnew(tx: Queryable, { to, account }: UndoneChange): Promise<Account> {
    const now = ports.now()
    const address = { email: to, lookup: normalizeEmail(to), emailVerifiedAt: now }
    return await insertAccount(tx, { ...account, id: parseUuid(account.id), ...address, roles: [], now })
  }

  /** All or nothing: a link whose change is refused can be used again. */
  async function commit(work: (tx: Queryable) => Promise<Revoked[]>): Promise<void> {
    try {
      const entries = await db.transaction(async (tx) => await revocations.append(tx, await work(tx)))
      revocations.remember(entries)
      outbox.wake()
    } catch (error) {
      if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
      throw error
    }
  }
}
