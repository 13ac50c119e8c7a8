import { lockUser } from '../identity/users/locks.ts'
import { type Milliseconds, toSeconds } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { AskedChallenges } from '../core/challenges/asked-challenges.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import { codeTtl } from '../core/challenges/code.ts'
import { mailing, mailsPerDay } from './codes/code-limits.ts'
import type { Config } from '../config/config.ts'
import type { Credentials } from '../accounts/credentials.ts'
import type { AddressUndo } from '../accounts/address-undo.ts'
import type { NewAccounts } from '../accounts/new-accounts.ts'
import type { KnownDevices } from '../core/limits/known-device.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { createGuesses } from '../core/limits/guesses.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import { mailTopic, type Outbox } from '../core/outbox/outbox.ts'
import { requireEmailAddress } from '../core/mail/require-email-address.ts'
import type { RenderedMail } from '../core/mail/template.ts'
import type { Ports } from '../core/ports/ports.ts'
import { formatUuid, uuidV7 } from '../core/ports/uuid.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { Account } from '../identity/users/account.ts'
import { findAccount, findAccountByEmail } from '../identity/users/store.ts'
import type { Delivery } from './first-proof.ts'
import type { SignIn } from './sign-in.ts'
import type { SignInStep } from './sign-in-step.ts'

/** Signing in by what was sent to an address: as the owner of its account or, where that is allowed, of a new one. */
export interface MailedSignIn {
  /**
   * Promises a mail, whoever's the address is. `tickets` of the same asker are void from now on. Throws `invalid_input`,
   * `rate_limited`.
   */
  ask(email: string, tickets: readonly string[], request: RequestContext): Promise<Asked>
  /** Lets in whoever has answered the challenge, and uses it up. Throws `challenge_invalid`. */
  enter(challenge: Challenge, how: Delivery, request: RequestContext): Promise<SignInStep>
  /** Whose challenge it is, to be counted by. */
  guessed(challenge: Challenge | null): Promise<{ userId: Account['id'] | null; subject: string } | null>
}

export interface Asked {
  ticket: string
  /** Seconds. */
  expiresIn: number
  delayed: boolean
}

export interface MailedSignInOptions {
  method: 'email-code' | 'magic-link'
  amr: readonly string[]
  compose: (sent: {
    email: string
    token: string
    code: string | null
    validFor: Milliseconds
  }) => RenderedMail
}

interface Core {
  config: Config
  revocations: RevocationLog
  limits: Limits
  knownDevices: KnownDevices
  signIn: SignIn
  newAccounts: NewAccounts
  credentials: Credentials
  addressUndo: AddressUndo
  db: Database
  ports: Ports
  challenges: Challenges
  asked: AskedChallenges
  outbox: Outbox
  audit: Audit
}

export function createMailedSignIn(core: Core, { method, amr, compose }: MailedSignInOptions): MailedSignIn {
  const { db, ports, config, challenges, asked, limits, knownDevices, outbox, audit } = core
  const asking = createGuesses(limits, knownDevices, mailing)
  const opensAccounts = config.passwordlessSignUp && config.registration === 'open'
  const topic = `${method}-asked`
  outbox.handle(topic, send)

  return { ask, enter, guessed }

  async function ask(email: string, tickets: readonly string[], request: RequestContext): Promise<Asked> {
    const address = requireEmailAddress(email)
    const lookup = normalizeEmail(address)
    const account = await findAccountByEmail(db, lookup)
    const [[, countedBy]] = await asking.take({ userId: account?.id ?? null, subject: lookup }, request)
    await limits.take(mailsPerDay, countedBy)
    const ticket = await db.transaction(async (tx) => {
      for (const older of tickets) await asked.drop(tx, method, older)
      const issued = await asked.issue(tx, {
        purpose: method,
        // Of its own: whoever knows the address must not be able to end what its owner waits for.
        subject: formatUuid(uuidV7(ports)),
        userId: null,
        payload: { email: address },
        ttl: codeTtl,
        withCode: method === 'email-code',
      })
      // Known or unknown, the request only leaves a note: the work, and the difference, come after the answer.
      const { token, code } = issued
      const until = ports.now() + codeTtl
      await outbox.defer(tx, topic, { email: address, token, code, until }, until)
      return issued.ticket
    })
    outbox.wake()
    return { ticket, expiresIn: toSeconds(codeTtl), delayed: !outbox.delivers(mailTopic) }
  }

  async function send(tx: Queryable, payload: Record<string, unknown>): Promise<void> {
    const { email, token, code, until } = payload as {
      email: string
      token: string
      code: string | null
      until: number
    }
    const validFor = (until - ports.now()) as Milliseconds
    if (validFor <= 0) return
    const account = await findAccountByEmail(tx, normalizeEmail(email))
    if (account ? account.disabledAt !== null : !(await mayBegin(tx, email))) return
    // What ends the account's codes ends this one from now on.
    if (account) await challenges.bind(tx, token, account.id)
    await outbox.mail(tx, compose({ email: account?.email ?? email, token, code, validFor }))
  }

  async function mayBegin(tx: Queryable, email: string): Promise<boolean> {
    return opensAccounts && !(await core.addressUndo.isReserved(tx, email))
  }

  async function guessed(challenge: Challenge | null): ReturnType<MailedSignIn['guessed']> {
    if (!challenge) return null
    const subject = normalizeEmail(addressOf(challenge))
    return { userId: (await findAccountByEmail(db, subject))?.id ?? null, subject }
  }

  async function enter(challenge: Challenge, how: Delivery, request: RequestContext): Promise<SignInStep> {
    const lookup = normalizeEmail(addressOf(challenge))
    const found = (await findAccountByEmail(db, lookup)) ?? (await open(addressOf(challenge), request))
    if (!found || found.disabledAt !== null) throw refuse(found, request)
    const account = found.emailVerifiedAt === null ? await arrive(found, challenge, request) : found
    const stillValid = async (tx: Queryable): Promise<boolean> => {
      const present = await findAccount(tx, account.id)
      // The proof is of the address the mail went to, which may have changed since.
      if (!present || normalizeEmail(present.email) !== lookup) return false
      return await challenges.consumeTicket(tx, method, challenge.ticket)
    }
    try {
      return await core.signIn.proceed(
        { userId: account.id, method, amr, isFactor: false, stillValid, ...how },
        request,
      )
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'invalid_credentials') throw error
      throw refuse(account, request, error)
    }
  }

  /** An account for an address that has none; null where that is not to be. */
  async function open(email: string, request: RequestContext): Promise<Account | null> {
    if (!opensAccounts) return null
    await core.newAccounts.admit(email, request)
    try {
      const account = await core.newAccounts.unlessTaken((tx) =>
        core.newAccounts.insert(tx, { email, name: null, isVerified: true }),
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

  /** The first proof of the account's address: what a stranger may have prepared there goes (rule 3). */
  async function arrive(account: Account, { ticket }: Challenge, request: RequestContext): Promise<Account> {
    const arrived = await db.transaction(async (tx) => {
      const present = await lockUser(tx, account.id)
      if (!present || present.disabledAt !== null || present.email !== account.email) return null
      const by = { isMaker: knownDevices.recognizes(request, account.id), ip: request.ip }
      // What proves the address is not ended by it.
      await challenges.bind(tx, ticket, null)
      const { account: verified, revoked } = await core.credentials.addressProven(tx, present, by)
      await challenges.bind(tx, ticket, account.id)
      return { verified, entries: await core.revocations.append(tx, revoked) }
    })
    if (!arrived) throw refuse(account, request)
    core.revocations.remember(arrived.entries)
    outbox.wake()
    audit.record({ kind: 'email.verified', userId: account.id, ...originOf(request) })
    return arrived.verified
  }

  /** One code for every reason, so that a stranger learns nothing about the account (ASVS V6.3.8). */
  function refuse(account: Account | null, request: RequestContext, cause?: AuthError): AuthError {
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
}

const addressOf = ({ payload }: Challenge): string => String(payload['email'])
