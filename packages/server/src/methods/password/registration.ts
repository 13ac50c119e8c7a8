import type { UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Delivery, FirstProof } from '../../sign-in/first-proof.ts'
import { mailAmr } from '../../sign-in/options.ts'
import type { SignIn } from '../../sign-in/sign-in.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Challenge } from '../../core/challenges/challenge.ts'
import type { Challenges } from '../../core/challenges/challenges.ts'
import { mailsPerAddress } from '../../core/limits/mails-per-address.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import type { Mails } from '../../identity/mails/mails.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Account } from '../../identity/users/account.ts'
import type { AddressUndo } from '../../accounts/address-undo.ts'
import type { ResetMails } from './reset-mails.ts'
import type { EmailProof } from '../../accounts/email-proof.ts'
import type { NewAccount, NewAccounts } from '../../accounts/new-accounts.ts'
import { administrator } from '../../accounts/service.ts'
import { countOtherAdministrators, findAccountByEmail } from '../../identity/users/store.ts'
import * as limit from './options.ts'
import { proofOf } from './proof.ts'
import type { PasswordContext, Passwords } from './service.ts'
import { savePasswordHash } from './store.ts'

export interface Registration {
  email: string
  password: string
  name: string | null
}

/** Without a password where nobody has one. */
type FirstAdministrator = Omit<Registration, 'password'> & { password: string | null }

/** `tickets` are those that came along with a link: of the browser that began the registration, or of none. */
export type RegistrationAnswer =
  | { token: string; tickets: readonly string[] }
  | { ticket: string; code: string }

export interface FinishedRegistration {
  /** Sets the first password, where the prepared one may be a stranger's; null where the prepared one counts. */
  resetToken: string | null
}

/** How accounts with a password come to be. */
export interface Registrations {
  /** Throws `registration_closed`, `email_taken`, `password_too_common`, `invalid_input`, `rate_limited`, `overloaded`. */
  register(input: Registration & Pick<Delivery, 'delivery'>, request: RequestContext): Promise<SignInStep>
  /** Where addresses must be proven first: the account exists once the mail is answered. Returns the ticket. */
  begin(input: Registration, request: RequestContext): Promise<string>
  /** Makes the account that the mail was about; null when the token or code is of no registration. Throws `email_taken`. */
  finish(answer: RegistrationAnswer, request: RequestContext): Promise<FinishedRegistration | null>
  /** The first administrator. Throws `challenge_invalid`, `setup_complete`. */
  setUp(
    token: string,
    input: FirstAdministrator & Pick<Delivery, 'delivery'>,
    request: RequestContext,
  ): Promise<SignInStep>
}

export interface RegistrationsOptions {
  db: Database
  ports: Ports
  passwords: Passwords
  signIn: SignIn
  challenges: Challenges
  limits: Limits
  outbox: Outbox
  mails: Mails
  audit: Audit
  emailProof: EmailProof
  addressUndo: AddressUndo
  resetMails: ResetMails
  newAccounts: NewAccounts
}

/** What a registration has been begun with; sealed at rest. */
interface Asked extends PasswordContext {
  hash: string
  isFree: boolean
}

/** What is known of a new account from the start. */
type Standing = Pick<NewAccount, 'isVerified' | 'roles'>

/** What {@link savePasswordHash} gives a new account. */
const newVersion = 1

export function createRegistrations(options: RegistrationsOptions): Registrations {
  const { db, ports, passwords, signIn, challenges, limits, outbox, mails, audit, newAccounts } = options

  return { register, begin, finish, setUp }

  async function register(
    input: Registration & Pick<Delivery, 'delivery'>,
    request: RequestContext,
  ): Promise<SignInStep> {
    const { email, hash } = await admit(input, request)
    const account = await createAccount(
      { ...input, email },
      hash,
      { isVerified: false },
      async (tx, made) => {
        await options.emailProof.send(tx, made)
      },
    )
    outbox.wake()
    audit.record({ kind: 'user.registered', userId: account.id, ...originOf(request) })
    const how = { persistent: true, delivery: input.delivery }
    return await signIn.start(proofOf(account.id, newVersion, how), request)
  }

  async function begin(input: Registration, request: RequestContext): Promise<string> {
    const { email, hash } = await admit(input, request)
    // Each of these is a mail that anybody can have sent to anybody.
    await limits.take(mailsPerAddress, normalizeEmail(email))
    const { ticket } = await db.transaction(async (tx) => {
      const holder = await findAccountByEmail(tx, normalizeEmail(email))
      const isFree = !holder && !(await options.addressUndo.isReserved(tx, email))
      // Of a taken address as well: tries of its code are counted alike, and it makes no account (ASVS V6.3.8).
      const issued = await challenges.issue(tx, {
        purpose: 'registration',
        subject: normalizeEmail(email),
        userId: null,
        // The account is made of what this very asker sent: nobody else's password waits on the address.
        payload: { email, name: input.name, hash, isFree } satisfies Asked,
        ttl: limit.registrationTtl,
        withCode: true,
      })
      const { token, code } = issued
      const validFor = limit.registrationTtl
      if (isFree) await outbox.mail(tx, mails.verifyEmail({ email, token, code: code as string, validFor }))
      // The owner of a taken address is told by mail; the answer here is the same.
      else if (holder) await outbox.mail(tx, mails.alreadyRegistered({ email: holder.email }))
      return issued
    })
    outbox.wake()
    return ticket
  }

  async function admit(
    input: Registration,
    request: RequestContext,
  ): Promise<{ email: string; hash: string }> {
    const email = await newAccounts.admit(input.email, request)
    return { email, hash: await passwords.hash(input.password, { email, name: input.name }) }
  }

  async function finish(
    answer: RegistrationAnswer,
    request: RequestContext,
  ): Promise<FinishedRegistration | null> {
    if ('code' in answer) await countGuess(answer.ticket)
    const finished = await newAccounts.unlessTaken(async (tx) => {
      const consumed =
        'token' in answer
          ? await challenges.consume(tx, 'registration', answer.token)
          : await challenges.consumeCode(tx, 'registration', answer)
      return consumed && (await makeRegistered(tx, consumed, isFromAsker(answer, consumed)))
    })
    if (!finished) return null
    const { userId, resetToken } = finished
    audit.record({ kind: 'user.registered', userId, ...originOf(request) })
    audit.record({ kind: 'email.verified', userId, ...originOf(request) })
    return { resetToken }
  }

  /**
   * Counted by the address, which comes back: whoever begins anew is sent a new code, and no new tries (ASVS V6.6.3).
   * Throws `rate_limited`.
   */
  async function countGuess(ticket: string): Promise<void> {
    const waiting = await challenges.findByTicket(db, 'registration', ticket)
    if (waiting) await limits.take(limit.codesPerAddress, normalizeEmail(String(waiting.payload['email'])))
  }

  /**
   * The mail proves the address and nothing more: anybody may have begun the registration. Unless its link is opened
   * in the browser that did, what was typed there is not the owner's, and the owner chooses a password now.
   */
  async function makeRegistered(
    tx: Queryable,
    { payload }: Challenge,
    byAsker: boolean,
  ): Promise<(FinishedRegistration & { userId: UserId }) | null> {
    const { email, name, hash, isFree } = payload as unknown as Asked
    if (!isFree) return null
    if (byAsker) {
      const account = await insertWithPassword(tx, { email, name }, hash, { isVerified: true })
      return { userId: account.id, resetToken: null }
    }
    const account = await newAccounts.insert(tx, { email, name: null, isVerified: true })
    return { userId: account.id, resetToken: await options.resetMails.issue(tx, account) }
  }

  async function createAccount(
    about: PasswordContext,
    hash: string | null,
    as: Standing,
    also: (tx: Queryable, account: Account) => Promise<void>,
  ): Promise<Account> {
    return await newAccounts.unlessTaken(async (tx) => {
      const account = await insertWithPassword(tx, about, hash, as)
      await also(tx, account)
      return account
    })
  }

  async function insertWithPassword(
    tx: Queryable,
    about: PasswordContext,
    hash: string | null,
    as: Standing,
  ): Promise<Account> {
    const { email, name } = about
    const account = await newAccounts.insert(tx, { email, name, ...as })
    if (hash !== null) await savePasswordHash(tx, account.id, hash, ports.now())
    return account
  }

  async function setUp(
    token: string,
    input: FirstAdministrator & Pick<Delivery, 'delivery'>,
    request: RequestContext,
  ): Promise<SignInStep> {
    await limits.take(limit.proofsPerNetwork, networkOfCaller(request))
    if ((await countOtherAdministrators(db, null)) > 0) throw new AuthError('setup_complete')
    if (!(await challenges.peek(db, 'set-up', token))) throw new AuthError('challenge_invalid')
    const email = requireEmailAddress(input.email)
    const { password, name } = input
    const hash = password === null ? null : await passwords.hash(password, { email, name })
    // Consumed with the account in one transaction: a link that failed on a taken address can be used again.
    const roles = [administrator]
    const as = { isVerified: true, roles }
    const account = await createAccount({ email, name }, hash, as, async (tx, { id }) => {
      if (!(await challenges.consume(tx, 'set-up', token))) throw new AuthError('challenge_invalid')
      // Two processes that start at once have a link each.
      if ((await countOtherAdministrators(tx, id)) > 0) throw new AuthError('setup_complete')
    })
    audit.record({ kind: 'user.created', userId: account.id, ...originOf(request), detail: { roles } })
    const how = { persistent: true, delivery: input.delivery }
    const proof = hash === null ? byLink(account.id) : proofOf(account.id, newVersion, how)
    return await signIn.start({ ...proof, ...how }, request)
  }
}

/** Whoever has the link of the first start, which is used up. It proves no more than one in a mail. */
const byLink = (userId: UserId): Pick<FirstProof, 'userId' | 'method' | 'amr' | 'stillValid'> => ({
  userId,
  method: 'set-up',
  amr: [mailAmr],
  stillValid: async () => true,
})

/** A code is answered with the ticket alone; a link goes to whoever reads the mail. */
const isFromAsker = (answer: RegistrationAnswer, { ticket }: Challenge): boolean =>
  'code' in answer || answer.tickets.includes(ticket)
