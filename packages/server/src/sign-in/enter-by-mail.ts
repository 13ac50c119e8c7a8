import { lockUser } from '../identity/users/locks.ts'
import type { Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { Account } from '../identity/users/account.ts'
import { findAccount, findAccountByEmail } from '../identity/users/store.ts'
import type { SignInRequest } from './first-proof.ts'
import type { SignInStep } from './sign-in-step.ts'
import type { MailedSignInNeeds } from './mailed-sign-in-needs.ts'

export async function guessed(
  services: MailedSignInNeeds,
  challenge: Challenge | null,
): Promise<{ userId: Account['id'] | null; subject: string } | null> {
  const { db } = services
  if (!challenge) return null
  const subject = normalizeEmail(addressOf(challenge))
  return { userId: (await findAccountByEmail(db, subject))?.id ?? null, subject }
}

export async function enter(
  services: MailedSignInNeeds,
  challenge: Challenge,
  how: SignInRequest,
  request: RequestContext,
): Promise<SignInStep> {
  const { db, challenges, method, amr, signIn } = services
  const lookup = normalizeEmail(addressOf(challenge))
  const found =
    (await findAccountByEmail(db, lookup)) ?? (await open(services, addressOf(challenge), request))
  if (!found || found.disabledAt !== null) throw refuse(services, found, request)
  const account = found.emailVerifiedAt === null ? await arrive(services, found, challenge, request) : found
  const stillValid = async (tx: Queryable): Promise<boolean> => {
    const present = await findAccount(tx, account.id)
    // The code verifies the address that the mail went to, which may have changed since.
    if (!present || normalizeEmail(present.email) !== lookup) return false
    return await challenges.consumeTicket(tx, method, challenge.ticket)
  }
  try {
    return await signIn.proceed(
      { userId: account.id, method, amr, isFactor: false, stillValid, ...how },
      request,
    )
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'invalid_credentials') throw error
    throw refuse(services, account, request, error)
  }
}

/** Opens an account for an address that has none; null if that is not allowed. */
async function open(
  services: MailedSignInNeeds,
  email: string,
  request: RequestContext,
): Promise<Account | null> {
  const { db, audit, opensAccounts, newAccounts } = services
  if (!opensAccounts) return null
  await newAccounts.admit(email, request)
  try {
    const account = await newAccounts.unlessTaken((tx) =>
      newAccounts.insert(tx, { email, name: null, isVerified: true }),
    )
    audit.record({ kind: 'user.registered', userId: account.id, ...originOf(request) })
    audit.record({ kind: 'email.verified', userId: account.id, ...originOf(request) })
    return account
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'email_taken') throw error
    // By another answer to the same mail, or by somebody who may still take the address back.
    return await findAccountByEmail(db, normalizeEmail(email))
  }
}

/** Verifies the account's address for the first time: anything a stranger may have prepared there goes (rule 3). */
async function arrive(
  services: MailedSignInNeeds,
  account: Account,
  { ticket }: Challenge,
  request: RequestContext,
): Promise<Account> {
  const { db, challenges, knownDevices, outbox, audit, credentials, revocations } = services
  const arrived = await db.transaction(async (tx) => {
    const present = await lockUser(tx, account.id)
    if (!present || present.disabledAt !== null || present.email !== account.email) return null
    const by = { isMaker: knownDevices.recognizes(request, account.id), ip: request.ip }
    // Verifying the address must not end the ticket that verifies it.
    await challenges.bind(tx, ticket, null)
    const { account: verified, revoked } = await credentials.addressProven(tx, present, by)
    await challenges.bind(tx, ticket, account.id)
    return { verified, entries: await revocations.append(tx, revoked) }
  })
  if (!arrived) throw refuse(services, account, request)
  revocations.remember(arrived.entries)
  outbox.wake()
  audit.record({ kind: 'email.verified', userId: account.id, ...originOf(request) })
  return arrived.verified
}

/** One code for every reason, so that a stranger learns nothing about the account (ASVS V6.3.8). */
function refuse(
  services: MailedSignInNeeds,
  account: Account | null,
  request: RequestContext,
  cause?: AuthError,
): AuthError {
  const { audit } = services
  const reason = 'proven by mail, and not to be let in'
  audit.record({
    kind: 'login.failed',
    userId: account?.id ?? null,
    ...originOf(request),
    detail: { reason },
  })
  return new AuthError('challenge_invalid', {
    log: { reason, userId: account?.id },
    ...(cause && { cause }),
  })
}

const addressOf = ({ payload }: Challenge): string => String(payload['email'])
