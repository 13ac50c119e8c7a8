import { AuthError } from '../../core/auth-error.ts'
import { mailsPerAddress } from '../../core/limits/mails-per-address.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Queryable } from '../../db/database.ts'
import { lockUser } from '../../identity/users/locks.ts'
import { findAccount, findAccountByEmail } from '../../identity/users/store.ts'
import { hashNewPassword } from './hash.ts'
import { guessing, mailsPerNetwork, proofsPerNetwork, resetTtl } from './options.ts'
import type { PasswordServices } from './password-services.ts'
import { savePasswordHash } from './store.ts'
import { passwordChanged } from './mails.ts'

/** Topic of notes in the outbox, which {@link sendReset} handles. */
export const resetTopic = 'password-reset-requested'

/** The same for every address. Throws AuthError `invalid_input`, `rate_limited`. */
export async function requestReset(
  { db, ports, limits, outbox }: PasswordServices,
  email: string,
  request: RequestContext,
): Promise<void> {
  const address = requireEmailAddress(email)
  await limits.take(mailsPerNetwork, networkOfCaller(request))
  await limits.take(mailsPerAddress, normalizeEmail(address))
  // Known or unknown, the request only leaves a note: the work, which differs, comes after the answer.
  const until = ports.now() + resetTtl
  await db.transaction((tx) =>
    outbox.enqueue(tx, resetTopic, { email: address, ...originOf(request) }, until),
  )
  outbox.wake()
}

export async function sendReset(
  { resetMails, audit }: PasswordServices,
  tx: Queryable,
  payload: Record<string, unknown>,
): Promise<void> {
  const account = await findAccountByEmail(tx, normalizeEmail(String(payload.email)))
  if (!account || account.disabledAt !== null) return
  await resetMails.send(tx, account)
  audit.record({ kind: 'password.reset_requested', userId: account.id })
}

/** Throws AuthError `challenge_invalid`, `password_too_common`, `invalid_input`, `rate_limited`, `overloaded`. */
export async function resetPassword(
  services: PasswordServices,
  { token, newPassword }: { token: string; newPassword: string },
  request: RequestContext,
): Promise<void> {
  const { db, ports, limits, challenges, knownDevices, credentials, events, revocations } = services
  await limits.take(proofsPerNetwork, networkOfCaller(request))
  const pending = await challenges.peek(db, 'reset-password', token)
  const account = pending?.userId && (await findAccount(db, pending.userId))
  if (!account) throw new AuthError('challenge_invalid')
  const newHash = await hashNewPassword(services, newPassword, account, 'newPassword')
  const done = await db.transaction(async (tx) => {
    const challenge = await challenges.consume(tx, 'reset-password', token)
    const present = challenge?.userId && (await lockUser(tx, challenge.userId))
    if (!present || present.disabledAt !== null || present.email !== challenge.payload.email) return null
    // The link verified the address: a stranger who prepared this account before loses everything prepared in it.
    const isMaker = knownDevices.recognizes(request, present.id)
    const { account, revoked } = await credentials.addressProven(tx, present, { isMaker, ip: request.ip })
    const at = ports.now()
    await savePasswordHash(tx, account.id, newHash, at)
    const address = passwordChanged(services.config, { account, at, ip: request.ip })
    const more = await events.apply(tx, account, 'password_reset', { mails: { address } })
    return await revocations.append(tx, [...revoked, ...more])
  })
  if (!done) throw new AuthError('challenge_invalid')
  revocations.remember(done)
  await limits.forget(guessing.perAccount, normalizeEmail(account.email))
  services.outbox.wake()
  services.audit.record({ kind: 'password.reset', userId: account.id, ...originOf(request) })
}
