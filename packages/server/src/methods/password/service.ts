import { lockUser } from '../../identity/users/locks.ts'
import type { SessionId, UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Delivery } from '../../sign-in/first-proof.ts'
import type { SignIn } from '../../sign-in/sign-in.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Challenges } from '../../core/challenges/challenges.ts'
import { mailsPerAddress } from '../../core/limits/mails-per-address.ts'
import { createGuesses, type Hits } from '../../core/limits/guesses.ts'
import type { KnownDevices } from '../../core/limits/known-device.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Log } from '../../core/log/log.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import type { Mails } from '../../identity/mails/mails.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Revoked, RevocationLog } from '../../core/revocations/log.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { OpenSession } from '../../sessions/open-session.ts'
import type { Sessions } from '../../sessions/service.ts'
import { type Authentication, sessionIdOf } from '../../sessions/session.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { Account } from '../../identity/users/account.ts'
import { barrierOf } from '../../identity/users/barrier.ts'
import type { AccountEvents } from '../../identity/events/account-events.ts'
import type { Credentials } from '../../accounts/credentials.ts'
import type { ResetMails } from './reset-mails.ts'
import type { EmailProof } from '../../accounts/email-proof.ts'
import { findAccount, findAccountByEmail } from '../../identity/users/store.ts'
import * as limit from './options.ts'
import { proofOf } from './proof.ts'
import { amr, showsPossession } from './options.ts'
import type { PasswordHash } from './password-hash.ts'
import { decidePassword, type PasswordDecision } from './password-policy.ts'
import type { Spraying } from './spraying.ts'
import { findPassword, type PasswordCredential, savePasswordHash, upgradePasswordHash } from './store.ts'

/** What people with a password do: the use cases, in the order in which they meet them. */
export interface Passwords {
  /** Throws `invalid_credentials` for every reason, `rate_limited`, `overloaded`. */
  login(input: { email: string; password: string } & Delivery, request: RequestContext): Promise<SignInStep>
  /** Throws as login; `no_session` without the session's refresh token. */
  stepUp(input: Reproof, request: RequestContext): Promise<OpenSession>
  /** Ends every other session, and this one as well where its refresh token did not come along: null then. */
  change(input: Reproof & { newPassword: string }, request: RequestContext): Promise<OpenSession | null>
  requestReset(email: string, request: RequestContext): Promise<void>
  /** Throws `challenge_invalid`, `password_too_common`. */
  reset(token: string, newPassword: string, request: RequestContext): Promise<void>
  /** Whether the user has a password that opens something. */
  isSet(userId: UserId): Promise<boolean>
  /** A user made by an administrator or on the command line, in a transaction of theirs. */
  hash(password: string, about: PasswordContext, field?: PasswordField): Promise<string>
}

/** Where the password stood in the request. */
type PasswordField = 'password' | 'newPassword'

export interface PasswordContext {
  email: string
  name: string | null
}

/** The password, typed again within a session. */
export interface Reproof {
  claims: SessionClaims
  password: string
  tokens: readonly string[]
  attempt: Uint8Array | null
}

export interface PasswordsOptions {
  db: Database
  ports: Ports
  passwordHash: PasswordHash
  spraying: Spraying
  signIn: SignIn
  sessions: Sessions
  revocations: RevocationLog
  challenges: Challenges
  limits: Limits
  knownDevices: KnownDevices
  outbox: Outbox
  mails: Mails
  audit: Audit
  log: Log
  events: AccountEvents
  credentials: Credentials
  resetMails: ResetMails
  emailProof: EmailProof
  emailVerification: 'optional' | 'required'
  appName: string
  /** Whether anybody signs in by one. Where not, those that there are open nothing, and nobody is sent to set one. */
  isOffered: boolean
}

/** No user has it: versions and variants of UUIDs are never zero (RFC 9562 §5.9). */
const nobody = '00000000-0000-0000-0000-000000000000' as UserId

const resetTopic = 'password-reset-requested'

export function createPasswords(options: PasswordsOptions): Passwords {
  const { db, ports, passwordHash, signIn, sessions, revocations, challenges, limits, outbox, audit } =
    options
  const { events, credentials, spraying } = options
  const guesses = createGuesses(limits, options.knownDevices, limit.guessing)
  outbox.handle(resetTopic, handleResetRequest)

  return {
    login,
    stepUp,
    change,
    requestReset,
    reset,
    isSet: async (userId) => options.isOffered && (await findPassword(db, userId)) !== null,
    hash,
  }

  async function login(
    { email, password, ...how }: { email: string; password: string } & Delivery,
    request: RequestContext,
  ): Promise<SignInStep> {
    const lookup = normalizeEmail(email)
    const account = await findAccountByEmail(db, lookup)
    const barrier = account && barrierOf(account, options)
    const guessed = { userId: account?.id ?? null, subject: lookup }
    const isKnown = account !== null && options.knownDevices.recognizes(request, account.id)
    const admitted = isKnown ? null : await spraying.admit(request)
    const hits = await guesses.take(guessed, request)
    const proven = await proveByPassword(account, password, hits, { forgives: barrier === null })
    // Whatever the reason: what is counted must not tell that the password was right.
    if (!isKnown && (!proven || barrier !== null)) await spraying.failed(lookup, request)
    if (!account || !proven) throw refuse(account, 'wrong password or unknown address', request)
    // After the answer: what is written before it would tell by its time that the password was right.
    if (barrier === 'address not verified') setImmediate(() => void remindOfProof(account))
    if (barrier !== null) throw refuse(account, barrier, request)
    await spraying.succeeded(admitted)
    return await signIn.proceed(proofOf(account.id, proven.version, how), request)
  }

  async function remindOfProof(account: Account): Promise<void> {
    try {
      await db.transaction((tx) => options.emailProof.send(tx, account))
      outbox.wake()
    } catch (error) {
      options.log.warn('a verification mail could not be promised', { userId: account.id, error })
    }
  }

  /** Same code for every reason, so that a stranger learns nothing about the account (ASVS V6.3.8). */
  function refuse(account: Account | null, reason: string, request: RequestContext): AuthError {
    audit.record({
      kind: 'login.failed',
      userId: account?.id ?? null,
      ...originOf(request),
      detail: { reason },
    })
    return new AuthError('invalid_credentials', { log: { reason, userId: account?.id } })
  }

  /**
   * The credential that the password fits, or null. The hits, which were taken before, are given back after a success,
   * unless the account is to be refused all the same: a count that stays low, or a second hash, would tell that the
   * password was right. An unknown user costs a hash as well: otherwise the time would tell.
   */
  async function proveByPassword(
    account: Account | null,
    password: string,
    hits: Hits,
    { forgives = true } = {},
  ): Promise<PasswordCredential | null> {
    // Asked about nobody as well: the same work for every account, and for none.
    const credential = options.isOffered ? await findPassword(db, account?.id ?? nobody) : null
    const { ok, needsRehash } = await passwordHash.verifyPassword(
      credential?.hash ?? passwordHash.dummyHash,
      password,
    )
    if (!account || !credential || !ok) return null
    if (!forgives) return credential
    await guesses.forgive(hits)
    if (needsRehash)
      await upgradePasswordHash(db, account.id, credential.hash, await passwordHash.hashPassword(password))
    return credential
  }

  /** What one knows, in a session of what one has, makes two factors. */
  function justNow({ amr: before }: SessionClaims): Authentication {
    const isSecond = showsPossession(before)
    return { amr: isSecond ? [...amr, 'mfa'] : [...amr], aal: isSecond ? 2 : 1, authenticatedAt: ports.now() }
  }

  async function stepUp(input: Reproof, request: RequestContext): Promise<OpenSession> {
    await proveAgain(input, request)
    const { tokens, attempt, claims } = input
    return await sessions.stepUp({
      tokens,
      sessionId: claims.sid,
      attempt,
      authentication: justNow(claims),
      evidence: request,
    })
  }

  async function proveAgain({ claims, password }: Reproof, request: RequestContext): Promise<Account> {
    const account = await findAccount(db, claims.sub)
    if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
    const guessed = { userId: account.id, subject: normalizeEmail(account.email) }
    const proven = await proveByPassword(account, password, await guesses.take(guessed, request))
    if (!proven) throw refuse(account, 'wrong password', request)
    return account
  }

  async function change(
    input: Reproof & { newPassword: string },
    request: RequestContext,
  ): Promise<OpenSession | null> {
    const account = await proveAgain(input, request)
    const newHash = await hash(input.newPassword, account, 'newPassword')
    const { claims, tokens, attempt } = input
    const open = (await holdsSession(input, request)) ? await renew() : await endAll()
    outbox.wake()
    audit.record({
      kind: 'password.changed',
      userId: account.id,
      sessionId: claims.sid,
      ...originOf(request),
    })
    return open

    async function renew(): Promise<OpenSession> {
      return await sessions.stepUp({
        tokens,
        sessionId: claims.sid,
        attempt,
        authentication: justNow(claims),
        evidence: request,
        endsEarlier: true,
        within: (tx) => replaceHash(tx, account, newHash, claims.sid, request),
      })
    }

    /** Without its refresh token the session cannot be renewed, and whoever holds that token would keep it: it ends, too. */
    async function endAll(): Promise<null> {
      const entries = await db.transaction(async (tx) =>
        revocations.append(tx, await replaceHash(tx, account, newHash, null, request)),
      )
      revocations.remember(entries)
      return null
    }
  }

  async function holdsSession({ tokens, claims }: Reproof, request: RequestContext): Promise<boolean> {
    const read = await sessions.readStanding(tokens, request)
    return read !== null && sessionIdOf(read.found.session) === claims.sid
  }

  async function replaceHash(
    tx: Queryable,
    { id }: Account,
    newHash: string,
    sessionId: SessionId | null,
    { ip }: RequestContext,
  ): Promise<Revoked[]> {
    // Locking the user first makes sign-ins with the old password finish before, or fail after.
    const account = await lockUser(tx, id)
    if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
    const at = ports.now()
    await savePasswordHash(tx, id, newHash, at)
    const mails = { address: options.mails.passwordChanged({ account, at, ip }) }
    return await events.apply(tx, account, 'password_changed', { sessionId, mails })
  }

  async function requestReset(email: string, request: RequestContext): Promise<void> {
    const address = requireEmailAddress(email)
    await limits.take(limit.mailsPerNetwork, networkOfCaller(request))
    await limits.take(mailsPerAddress, normalizeEmail(address))
    // Known or unknown, the request only leaves a note: the work, and the difference, come after the answer.
    const until = ports.now() + limit.resetTtl
    await db.transaction((tx) =>
      outbox.defer(tx, resetTopic, { email: address, ...originOf(request) }, until),
    )
    outbox.wake()
  }

  async function handleResetRequest(tx: Queryable, payload: Record<string, unknown>): Promise<void> {
    const account = await findAccountByEmail(tx, normalizeEmail(String(payload.email)))
    if (!account || account.disabledAt !== null) return
    await options.resetMails.send(tx, account)
    audit.record({ kind: 'password.reset_requested', userId: account.id })
  }

  async function reset(token: string, newPassword: string, request: RequestContext): Promise<void> {
    await limits.take(limit.proofsPerNetwork, networkOfCaller(request))
    const pending = await challenges.peek(db, 'reset-password', token)
    const account = pending?.userId && (await findAccount(db, pending.userId))
    if (!account) throw new AuthError('challenge_invalid')
    const newHash = await hash(newPassword, account, 'newPassword')
    const done = await db.transaction(async (tx) => {
      const challenge = await challenges.consume(tx, 'reset-password', token)
      const present = challenge?.userId && (await lockUser(tx, challenge.userId))
      if (!present || present.disabledAt !== null || present.email !== challenge.payload.email) return null
      // The link proved the address; whoever prepared this account before is out with all that they prepared.
      const isMaker = options.knownDevices.recognizes(request, present.id)
      const { account, revoked } = await credentials.addressProven(tx, present, { isMaker, ip: request.ip })
      const at = ports.now()
      await savePasswordHash(tx, account.id, newHash, at)
      const mails = { address: options.mails.passwordChanged({ account, at, ip: request.ip }) }
      const more = await events.apply(tx, account, 'password_reset', { mails })
      return await revocations.append(tx, [...revoked, ...more])
    })
    if (!done) throw new AuthError('challenge_invalid')
    revocations.remember(done)
    await limits.forget(limit.guessing.perAccount, normalizeEmail(account.email))
    outbox.wake()
    audit.record({ kind: 'password.reset', userId: account.id, ...originOf(request) })
  }

  async function hash(
    password: string,
    about: PasswordContext,
    field: PasswordField = 'password',
  ): Promise<string> {
    const decision = decidePassword(password, { ...about, appName: options.appName })
    if (decision !== 'ok') throw refusePassword(decision, field)
    return await passwordHash.hashPassword(password)
  }
}

function refusePassword(decision: Exclude<PasswordDecision, 'ok'>, field: PasswordField): AuthError {
  if (decision === 'too_common') return new AuthError('password_too_common')
  if (decision === 'too_personal') {
    return new AuthError('password_too_common', {
      detail: 'It is made from your name, your address or ours.',
    })
  }
  const message = {
    too_short: 'must have at least 8 characters',
    too_long: 'must have at most 1024 characters',
    forbidden_character: 'must not hold control characters',
  }[decision]
  return new AuthError('invalid_input', { errors: [{ path: `body.${field}`, message }] })
}
