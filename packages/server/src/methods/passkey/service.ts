import { lockHolder, type SessionHolder } from '../../accounts/lock-holder.ts'
import type { Passkey, PasskeyAssertion, PasskeyAttestation, SessionId, UserId } from '@latchkey/contract'
import type { RelyingParty } from '../../config/relying-party.ts'
import type { Delivery } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Challenge } from '../../core/challenges/challenges.ts'
import type { ChallengePurpose } from '../../core/challenges/purpose.ts'
import type { CoreParts } from '../method-services.ts'
import type { CredentialNotice } from '../../identity/mails/mails.ts'
import { formatUuid, parseUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import { deviceLabel } from '../../core/request/device-label.ts'
import type { Account } from '../../identity/users/account.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import { findAccount } from '../../identity/users/store.ts'
import { type Queryable, UniqueViolation } from '../../db/database.ts'
import { type Expectation, idOf, refusal, verifyAssertion, verifyRegistration } from './ceremony.ts'
import * as create from './ceremony-options.ts'
import * as limit from './options.ts'
import { amr } from './options.ts'
import { decideCounter } from './policy.ts'
import { providerOf } from './providers.ts'
import * as store from './store.ts'
import type { PasskeyRow } from './store.ts'

/** What people do with passkeys: the use cases, in the order in which they meet them. */
export interface Passkeys {
  /** Throws `passkey_limit_reached`, `rate_limited`. */
  beginRegistration(holder: SessionHolder): Promise<Ceremony>
  /** Throws `passkey_invalid`, `passkey_limit_reached`. */
  finishRegistration(
    holder: SessionHolder,
    answer: RegistrationAnswer,
    request: RequestContext,
  ): Promise<Passkey>
  /** For whoever asks: names nobody. Throws `rate_limited`. */
  beginLogin(request: RequestContext): Promise<Ceremony>
  /** Throws `passkey_invalid` for every reason but one, `passkey_unknown` for that; `rate_limited`. */
  finishLogin(answer: LoginAnswer & Delivery, request: RequestContext): Promise<SignInStep>
  /** What a known user's passkeys have to sign. */
  ask(userId: UserId): Promise<{ options: Record<string, unknown>; challenge: string }>
  /** Holds an answer to {@link ask} against the user's passkeys. Throws `passkey_invalid`, `passkey_unknown`. */
  prove(userId: UserId, challenge: string, response: PasskeyAssertion): Promise<ProvenPasskey>
  list(userId: UserId): Promise<PasskeyList>
  /** Throws `passkey_not_found`. */
  rename(userId: UserId, wish: { id: string; name: string }): Promise<Passkey>
  /** Throws `passkey_not_found`, `last_credential`, `second_factor_required`. */
  remove(holder: SessionHolder, id: string, request: RequestContext): Promise<void>
  /** Throws `passkey_not_found` where there is none to ask for, `second_factor_required`. */
  askAfterPassword(holder: SessionHolder, asked: boolean, request: RequestContext): Promise<void>
}

/** `ticket` is for whoever answers; `options` are for the browser. */
export interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}

export interface RegistrationAnswer {
  ticket: string
  response: PasskeyAttestation
  name: string | null
}

export interface LoginAnswer {
  ticket: string
  response: PasskeyAssertion
}

/** Of a passkey that has signed what it was asked; it counts once it is used up. */
export interface ProvenPasskey {
  row: PasskeyRow
  userVerified: boolean
  use: (tx: Queryable) => Promise<boolean>
}

export interface PasskeyList {
  items: Passkey[]
  rpId: string
  userHandle: string
  asksAfterPassword: boolean
}

type Origin = Pick<RequestContext, 'ip' | 'userAgent'>

export function createPasskeys(core: CoreParts, rp: RelyingParty): Passkeys {
  const { config, db, ports, challenges, limits, audit, outbox, mails, revocations, secondFactors } = core
  const { passkeyUserVerification: userVerification, appName } = config

  return {
    beginRegistration,
    finishRegistration,
    beginLogin,
    finishLogin,
    ask,
    prove,
    list,
    rename,
    remove,
    askAfterPassword,
  }

  async function beginRegistration({ userId, sessionId }: SessionHolder): Promise<Ceremony> {
    await limits.take(limit.registrationsPerAccount, userId)
    const account = await findAccount(db, userId)
    if (!account) throw new AuthError('token_revoked')
    const present = await store.listPasskeys(db, userId)
    if (present.length >= limit.mostPasskeys) throw new AuthError('passkey_limit_reached')
    const challenge = newChallenge()
    const about = { subject: sessionId, userId, sessionId, challenge }
    const ticket = await issue('passkey-registration', about)
    const options = create.creationOptions({ rp, appName, account, challenge, present, userVerification })
    return { ticket, options }
  }

  async function finishRegistration(
    { userId, sessionId }: SessionHolder,
    { ticket, response, name }: RegistrationAnswer,
    request: RequestContext,
  ): Promise<Passkey> {
    const asked = await challenges.attempt(db, 'passkey-registration', ticket)
    if (asked?.userId !== userId || asked.payload['subject'] !== sessionId)
      throw refusal('no registration of this session')
    const made = verifyRegistration(response, expectation(asked))
    const now = ports.now()
    const row: PasskeyRow = {
      id: uuidV7(ports),
      user_id: parseUuid(userId),
      credential_id: made.credentialId,
      public_key: made.publicKey,
      algorithm: made.algorithm,
      aaguid: made.aaguid,
      transports: made.transports.join(' '),
      name: name ?? providerOf(made.aaguid) ?? deviceLabel(request.userAgent),
      sign_count: made.signCount,
      backup_eligible: Number(made.backupEligible),
      backed_up: Number(made.backedUp),
      asked_after_password: 0,
      created_at: now,
      last_used_at: null,
      suspected_at: null,
    }
    const kept = await keep(row, { userId, sessionId, ticket }, request)
    outbox.wake()
    record('passkey.added', userId, row, request)
    return toPasskey(kept)
  }

  async function keep(
    row: PasskeyRow,
    { userId, sessionId, ticket }: SessionHolder & { ticket: string },
    { ip }: Origin,
  ): Promise<PasskeyRow> {
    try {
      const { kept, entries } = await db.transaction(async (tx) => {
        const account = await lockHolder(tx, { userId, sessionId }, ports.now())
        if (!(await challenges.consume(tx, 'passkey-registration', ticket))) throw refusal('used')
        const present = await store.listPasskeys(tx, userId)
        if (present.length >= limit.mostPasskeys) throw new AuthError('passkey_limit_reached')
        const kept = { ...row, asked_after_password: present[0]?.asked_after_password ?? 0 }
        await store.insertPasskey(tx, kept)
        const change = { sessionId, isFirst: false, notice: 'passkey_added', name: row.name, ip } as const
        const revoked = await secondFactors.added(tx, account, change)
        return { kept, entries: await revocations.append(tx, revoked) }
      })
      revocations.remember(entries)
      return kept
    } catch (error) {
      // Whoever else has it: one answer, which does not say.
      if (error instanceof UniqueViolation) throw refusal('registered already', error)
      throw error
    }
  }

  async function beginLogin(request: RequestContext): Promise<Ceremony> {
    await limits.take(limit.asksPerNetwork, networkOfCaller(request))
    const challenge = newChallenge()
    // A subject of its own: nobody ends the sign-in of somebody else by beginning one.
    const subject = formatUuid(uuidV7(ports))
    const ticket = await issue('passkey-login', { subject, userId: null, challenge })
    return { ticket, options: create.requestOptions({ rp, challenge, userVerification }) }
  }

  async function finishLogin(
    { ticket, response, persistent, delivery }: LoginAnswer & Delivery,
    request: RequestContext,
  ): Promise<SignInStep> {
    await limits.take(limit.answersPerNetwork, networkOfCaller(request))
    const asked = await challenges.attempt(db, 'passkey-login', ticket)
    if (!asked) throw refusal('no such question')
    // §7.2 (6): nobody was named, so the passkey must name its user.
    if (!response.response.userHandle) throw refusal('no user handle')
    const proven = await verify(response, expectation(asked), request)
    const userId = formatUuid(proven.row.user_id) as UserId
    const account = await findAccount(db, userId)
    const barrier = account && barrierOf(account)
    if (!account || barrier !== null) throw await refuseAccount(account, barrier, request)
    const { userVerified, use } = proven
    return await core.signIn.proceed(
      {
        userId,
        method: 'passkey',
        amr: userVerified ? [...amr, 'mfa'] : amr,
        aal: userVerified ? 2 : 1,
        persistent,
        delivery,
        async stillValid(tx) {
          // Both or neither, and the question first: of many who bring the same answer one gets it.
          if (!(await challenges.consume(tx, 'passkey-login', ticket))) throw refusal('used')
          if (!(await use(tx))) throw refusal('removed, or used by another request')
          return true
        },
      },
      request,
    )
  }

  /** What keeps an account out, as with the password. */
  function barrierOf({ disabledAt, emailVerifiedAt }: Account): string | null {
    if (disabledAt !== null) return 'disabled'
    return config.emailVerification === 'required' && emailVerifiedAt === null ? 'address not verified' : null
  }

  async function refuseAccount(
    account: Account | null,
    reason: string | null,
    request: RequestContext,
  ): Promise<AuthError> {
    if (account && reason === 'address not verified') {
      await db.transaction((tx) => core.emailProof.send(tx, account))
      outbox.wake()
    }
    const detail = { method: 'passkey', reason }
    if (account) audit.record({ kind: 'login.failed', userId: account.id, ...originOf(request), detail })
    return refusal(reason ?? 'no account')
  }

  async function ask(userId: UserId): Promise<{ options: Record<string, unknown>; challenge: string }> {
    const challenge = newChallenge()
    const allowed = await store.listPasskeys(db, userId)
    return { options: create.requestOptions({ rp, challenge, userVerification, allowed }), challenge }
  }

  async function prove(
    userId: UserId,
    challenge: string,
    response: PasskeyAssertion,
  ): Promise<ProvenPasskey> {
    return await verify(response, { rp, challenge, userVerification }, { ip: null, userAgent: null }, userId)
  }

  /** Uses nothing up. The counter is looked at twice: here, to tell its owner, and by the statement that moves it on. */
  async function verify(
    response: PasskeyAssertion,
    expected: Expectation,
    origin: Origin,
    owner?: UserId,
  ): Promise<ProvenPasskey> {
    const row = await store.findPasskey(db, idOf(response))
    if (!row) throw new AuthError('passkey_unknown')
    requireOwner(row, response, owner)
    const known = {
      publicKey: row.public_key,
      algorithm: row.algorithm,
      backupEligible: row.backup_eligible === 1,
    }
    const { signCount, backedUp, userVerified } = verifyAssertion(response, known, expected)
    if (decideCounter(row.sign_count, signCount) === 'went_back') {
      await suspect(row, origin)
      throw refusal('the counter went back')
    }
    const used = { id: row.id, signCount, backedUp: Number(backedUp), now: ports.now() }
    return { row, userVerified, use: (tx) => store.usePasskey(tx, used) }
  }

  /** Its owner is told once: whoever has the copy could fill their mailbox otherwise. */
  async function suspect(row: PasskeyRow, origin: Origin): Promise<void> {
    const userId = formatUuid(row.user_id) as UserId
    const isNews = await db.transaction(async (tx) => {
      const account = await findAccount(tx, userId)
      if (!account || !(await store.suspectPasskey(tx, row.id, ports.now()))) return false
      await mail(tx, account, 'passkey_suspected', { name: row.name, ip: origin.ip })
      return true
    })
    if (isNews) outbox.wake()
    record('passkey.suspected', userId, row, origin)
  }

  async function list(userId: UserId): Promise<PasskeyList> {
    const rows = await store.listPasskeys(db, userId)
    const asksAfterPassword = rows.some(({ asked_after_password }) => asked_after_password === 1)
    return {
      items: rows.map(toPasskey),
      rpId: rp.id,
      userHandle: create.userHandleOf(userId),
      asksAfterPassword,
    }
  }

  async function rename(userId: UserId, wish: { id: string; name: string }): Promise<Passkey> {
    const row = await store.renamePasskey(db, userId, wish)
    if (!row) throw new AuthError('passkey_not_found')
    return toPasskey(row)
  }

  async function remove(
    { userId, sessionId }: SessionHolder,
    id: string,
    request: RequestContext,
  ): Promise<void> {
    const { row, entries } = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId }, ports.now())
      const row = await store.removePasskey(tx, userId, id)
      if (!row) throw new AuthError('passkey_not_found')
      await core.credentials.requireOne(tx, userId)
      // Whoever holds the device that it was on may be signed in there.
      const revoked = await secondFactors.removed(tx, account, {
        was: row.asked_after_password === 1 ? 'factor' : 'no factor',
        sessionId,
        notice: 'passkey_removed',
        name: row.name,
        ip: request.ip,
      })
      return { row, entries: await revocations.append(tx, revoked) }
    })
    revocations.remember(entries)
    outbox.wake()
    record('passkey.removed', userId, row, request)
  }

  async function askAfterPassword(
    { userId, sessionId }: SessionHolder,
    asked: boolean,
    request: RequestContext,
  ): Promise<void> {
    const entries = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId }, ports.now())
      const present = await store.listPasskeys(tx, userId)
      if (asked && present.length === 0) throw new AuthError('passkey_not_found')
      const wasAsked = present.some((row) => row.asked_after_password === 1)
      if (wasAsked === asked) return []
      const isFirst = !(await secondFactors.hasAny(tx, userId))
      await store.askAfterPassword(tx, userId, asked)
      const change = {
        sessionId,
        notice: asked ? 'passkey_asked' : 'passkey_not_asked',
        ip: request.ip,
      } as const
      const revoked = asked
        ? await secondFactors.added(tx, account, { ...change, isFirst })
        : await secondFactors.removed(tx, account, { ...change, was: 'factor' })
      return await revocations.append(tx, revoked)
    })
    revocations.remember(entries)
    outbox.wake()
    audit.record({ kind: asked ? 'passkey.asked' : 'passkey.not_asked', userId, ...originOf(request) })
  }

  async function issue(
    purpose: ChallengePurpose,
    {
      subject,
      userId,
      sessionId = null,
      challenge,
    }: { subject: string; userId: UserId | null; sessionId?: SessionId | null; challenge: string },
  ): Promise<string> {
    const payload = { challenge, subject }
    const { token } = await db.transaction((tx) =>
      challenges.issue(tx, { purpose, subject, userId, sessionId, payload, ttl: limit.challengeTtl }),
    )
    return token
  }

  function expectation({ payload }: Challenge): Expectation {
    return { rp, challenge: payload['challenge'] as string, userVerification }
  }

  /** §13.4.3: at least 16 random bytes. */
  function newChallenge(): string {
    return Buffer.from(ports.randomBytes(32)).toString('base64url')
  }

  async function mail(
    tx: Queryable,
    account: Account,
    notice: CredentialNotice,
    about: { name?: string; ip: string | null },
  ): Promise<void> {
    await outbox.mail(tx, mails.credentialChanged({ account, at: ports.now(), notice, ...about }))
  }

  function record(
    kind: 'passkey.added' | 'passkey.removed' | 'passkey.suspected',
    userId: UserId,
    { id, name }: PasskeyRow,
    origin: Origin,
  ): void {
    const { ip, userAgent } = origin
    audit.record({ kind, userId, ip, userAgent, detail: { passkeyId: formatUuid(id), name } })
  }
}

/** §7.2 (6): the passkey says whose it is, and both that and whom we asked must be whose it is here. */
function requireOwner({ user_id }: PasskeyRow, { response }: PasskeyAssertion, owner?: UserId): void {
  const holder = formatUuid(user_id) as UserId
  if (owner !== undefined && owner !== holder) throw refusal('of another user')
  const { userHandle } = response
  if (userHandle && userHandle !== create.userHandleOf(holder)) throw refusal('another user handle')
}

const toPasskey = (row: PasskeyRow): Passkey => ({
  id: formatUuid(row.id),
  name: row.name,
  credentialId: Buffer.from(row.credential_id).toString('base64url'),
  provider: providerOf(row.aaguid),
  backupEligible: row.backup_eligible === 1,
  backedUp: row.backed_up === 1,
  createdAt: isoTime(row.created_at),
  lastUsedAt: isoTimeOrNull(row.last_used_at),
  suspectedAt: isoTimeOrNull(row.suspected_at),
})
