import { hours, minutes, toSeconds } from '@latchkey/contract'
import { type Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import { voidChallengesOfUser } from '../core/challenges/store.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import type { Account } from '../identity/users/account.ts'
import { lockUser } from '../identity/users/locks.ts'
import { findAccountByEmail, saveEmail } from '../identity/users/store.ts'
import { isSessionAlive, lockHolder, type SessionHolder } from './lock-holder.ts'
import { commit } from './commit-ending.ts'
import type { Holder } from '../sessions/route.ts'
import type { AskedChange, EmailProofNeeds } from './email-proof-needs.ts'

const changeTtl = hours(1)
/** Maximum age of the authentication when another session confirms. */
const freshness = minutes(10)

export async function requestChange(
  services: EmailProofNeeds,
  { userId, sessionId }: SessionHolder,
  email: string,
  ip: string | null,
): Promise<void> {
  const { db, ports, challenges, events, addressUndo, outbox, mails, audit } = services
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

export async function confirmChange(
  services: EmailProofNeeds,
  token: string,
  holder: Holder,
  ip: string | null,
): Promise<void> {
  const { ports, challenges, events, addressUndo, mails, audit } = services
  await commit(services, async (tx) => {
    const challenge = await challenges.consume(tx, 'change-email', token)
    const before = challenge?.userId && (await lockUser(tx, challenge.userId))
    if (!before || before.disabledAt !== null) throw new AuthError('challenge_invalid')
    const asked = challenge.payload as unknown as AskedChange
    // The request ends with the session that asked, and applies only to the address it was made from.
    if (before.email !== asked.from || !(await isSessionAlive(tx, asked.sid, ports.now())))
      throw new AuthError('challenge_invalid')
    await requireHolder(services, tx, asked, holder, before)
    const at = ports.now()
    const undo = await addressUndo.offer(tx, before, { since: asked.at, reserves: true })
    const account = await moveTo(services, tx, before, asked.to)
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
 * Requires a session of the account: the reader of the new mailbox need not be the asker. With the link alone, a
 * stranger could confirm a thief's request, and a victim a stranger's.
 */
async function requireHolder(
  services: EmailProofNeeds,
  tx: Queryable,
  asked: AskedChange,
  { userId, sessionId, authenticatedAt, aal }: Holder,
  account: Account,
): Promise<void> {
  const now = services.ports.now()
  const isTheirs = userId === account.id && (await isSessionAlive(tx, sessionId, now))
  if (isTheirs && sessionId === asked.sid) return
  const since = Math.max(asked.at, now - freshness)
  const isFresh = isTheirs && authenticatedAt >= since
  const isStrong = !isTheirs || aal >= 2 || !(await services.hasSecondFactor(tx, account.id))
  if (isFresh && isStrong) return
  const maxAge = toSeconds(now - since)
  throw new AuthError('insufficient_user_authentication', {
    stepUp: { ...(!isStrong && { acr: 'aal2' }), ...(!isFresh && { maxAge }) },
  })
}

export async function moveTo(
  services: EmailProofNeeds,
  tx: Queryable,
  { id }: Account,
  email: string,
): Promise<Account> {
  const { ports } = services
  const now = ports.now()
  await voidChallengesOfUser(tx, 'verify-email', id)
  return await saveEmail(tx, id, { email, lookup: normalizeEmail(email), verifiedAt: now, now })
}
