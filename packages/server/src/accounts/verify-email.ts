import { hours, type UserId } from '@latchkey/contract'
import { type Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { Account } from '../identity/users/account.ts'
import { lockUser } from '../identity/users/locks.ts'
import type { Arrival } from './credentials.ts'
import type { Prover, EmailProofNeeds } from './email-proof-needs.ts'

const proofTtl = hours(24)

export async function send(services: EmailProofNeeds, tx: Queryable, account: Account): Promise<void> {
  const { challenges, outbox, mails } = services
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

export async function verifyByToken(services: EmailProofNeeds, token: string, by: Prover): Promise<Arrival> {
  const { challenges } = services
  return await verify(services, (tx) => challenges.consume(tx, 'verify-email', token), by)
}

export async function verifyByCode(services: EmailProofNeeds, userId: UserId, code: string): Promise<void> {
  const { challenges } = services
  const answer = { code, subject: userId }
  await verify(services, (tx) => challenges.consumeCode(tx, 'verify-email', answer), {
    isMaker: () => true,
    ip: null,
  })
}

async function verify(
  services: EmailProofNeeds,
  consume: (tx: Queryable) => Promise<Challenge | null>,
  { isMaker, ip }: Prover,
): Promise<Arrival> {
  const { db, credentials, outbox, revocations, audit } = services
  const proven = await db.transaction(async (tx) => {
    const challenge = await consume(tx)
    const account = challenge?.userId && (await lockUser(tx, challenge.userId))
    // The proof is for the address that the mail went to, which may have changed since.
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
