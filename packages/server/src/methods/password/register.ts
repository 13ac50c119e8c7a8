import { mailsPerAddress } from '../../core/limits/mails-per-address.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import { findAccountByEmail } from '../../identity/users/store.ts'
import type { SignInRequest } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { createAccount, newVersion } from './create-account.ts'
import type { PendingRegistration } from './finish-registration.ts'
import { hashNewPassword } from './hash.ts'
import { registrationTtl } from './options.ts'
import type { PasswordServices } from './password-services.ts'
import { proofOf } from './proof.ts'

export interface Registration {
  email: string
  password: string
  name: string | null
}

/** Throws AuthError `registration_closed`, `email_taken`, `password_too_common`, `invalid_input`, `rate_limited`, `overloaded`. */
export async function register(
  services: PasswordServices,
  input: Registration & Pick<SignInRequest, 'tokenTransport'>,
  request: RequestContext,
): Promise<SignInStep> {
  const { emailProof, outbox, audit, signIn } = services
  const { email, hash } = await admit(services, input, request)
  const toCreate = { email, name: input.name, hash, isVerified: false }
  const account = await createAccount(services, toCreate, async (tx, made) => {
    await emailProof.send(tx, made)
  })
  outbox.wake()
  audit.record({ kind: 'user.registered', userId: account.id, ...originOf(request) })
  const how = { persistent: true, tokenTransport: input.tokenTransport }
  return await signIn.start(proofOf(account.id, newVersion, how), request)
}

/**
 * Begins a registration where addresses must be verified first: the account exists once the mail is answered. Returns
 * the ticket. Throws as register.
 */
export async function beginRegistration(
  services: PasswordServices,
  input: Registration,
  request: RequestContext,
): Promise<string> {
  const { db, limits, challenges, addressUndo, outbox, mails } = services
  const { email, hash } = await admit(services, input, request)
  // Each of these is a mail that anybody can have sent to anybody.
  await limits.take(mailsPerAddress, normalizeEmail(email))
  const { ticket } = await db.transaction(async (tx) => {
    const holder = await findAccountByEmail(tx, normalizeEmail(email))
    const isFree = !holder && !(await addressUndo.isReserved(tx, email))
    // Issued for a taken address as well: attempts at its code are counted alike, and it makes no account (ASVS
    // V6.3.8).
    const issued = await challenges.issue(tx, {
      purpose: 'registration',
      subject: normalizeEmail(email),
      userId: null,
      // The account is made of this asker's own data: no other person's password waits on the address.
      payload: { email, name: input.name, hash, isFree } satisfies PendingRegistration,
      ttl: registrationTtl,
      withCode: true,
    })
    const { token, code } = issued
    const validFor = registrationTtl
    if (isFree) await outbox.mail(tx, mails.verifyEmail({ email, token, code: code as string, validFor }))
    // The owner of a taken address is told by mail; the answer here is the same.
    else if (holder) await outbox.mail(tx, mails.alreadyRegistered({ email: holder.email }))
    return issued
  })
  outbox.wake()
  return ticket
}

async function admit(
  services: PasswordServices,
  { email: given, password, name }: Registration,
  request: RequestContext,
): Promise<{ email: string; hash: string }> {
  const email = await services.newAccounts.admit(given, request)
  return { email, hash: await hashNewPassword(services, password, { email, name }) }
}
