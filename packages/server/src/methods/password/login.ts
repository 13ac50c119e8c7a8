import { normalizeEmail } from '../../core/mail/address.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { Account } from '../../identity/users/account.ts'
import { signInBarrier } from '../../identity/users/barrier.ts'
import type { SignInRequest } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import type { PasswordServices } from './password-services.ts'
import { proofOf } from './proof.ts'
import { findPasswordHolderByEmail } from './store.ts'
import { refuse, verifyPassword } from './verify.ts'

/** Throws AuthError `invalid_credentials` for every reason, `rate_limited`, `overloaded`. */
export async function login(
  services: PasswordServices,
  { email, password, ...how }: { email: string; password: string } & SignInRequest,
  request: RequestContext,
): Promise<SignInStep> {
  const { config, db, guesses, knownDevices, signIn, spraying } = services
  const lookup = normalizeEmail(email)
  const holder = await findPasswordHolderByEmail(db, lookup)
  const account = holder && holder.account
  const barrier = account && signInBarrier(account, config)
  const guessed = { userId: account?.id ?? null, subject: lookup }
  const isKnown = account !== null && knownDevices.recognizes(request, account.id)
  const admitted = isKnown ? null : await spraying.admit(request)
  const hits = await guesses.take(guessed, request)
  const proven = await verifyPassword(services, holder, password, hits, { forgives: barrier === null })
  // Counts every reason alike: a count must not tell that the password was right.
  if (!isKnown && (!proven || barrier !== null)) await spraying.failed(lookup, request)
  if (!account || !proven) throw refuse(services, account, 'wrong password or unknown address', request)
  // Runs after the answer: a write before it would tell by its time that the password was right.
  if (barrier === 'address not verified') setImmediate(() => void remindToVerify(services, account))
  if (barrier !== null) throw refuse(services, account, barrier, request)
  await spraying.succeeded(admitted)
  return await signIn.proceed(proofOf(account.id, proven.version, how), request)
}

async function remindToVerify(
  { db, emailProof, outbox, log }: PasswordServices,
  account: Account,
): Promise<void> {
  try {
    await db.transaction((tx) => emailProof.send(tx, account))
    outbox.wake()
  } catch (error) {
    log.warn('a verification mail could not be promised', { userId: account.id, error })
  }
}
