import type { UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Audit } from '../audit/audit.ts'
import { AuthError } from '../auth-error.ts'
import type { Challenge, Challenges } from '../challenges/challenges.ts'
import { createGuesses } from '../limits/guesses.ts'
import type { KnownDevices } from '../limits/known-device.ts'
import type { Limits } from '../limits/limits.ts'
import type { Factor, FactorAnswer, FactorClaim, Method } from '../method.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, parseUuid, uuidV7 } from '../ports/uuid.ts'
import { originOf, type RequestContext } from '../route.ts'
import type { SessionCookies } from '../sessions/cookies.ts'
import type { SessionDelivery } from '../sessions/grant.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { Sessions, StartSession } from '../sessions/service.ts'
import type { Authentication } from '../sessions/session.ts'
import { lockEnabledUser } from '../sessions/store.ts'
import type { SessionClaims } from '../tokens/access-token.ts'
import * as limit from './options.ts'

/** How the session is to go out; asked for with the first factor, and kept until the last. */
export interface Delivery {
  persistent: boolean
  delivery: SessionDelivery
}

/** Somebody has proven who they are, once. */
export interface FirstProof extends Delivery {
  userId: UserId
  /** The name of the method: it is not asked for a second time. */
  method: string
  /** As the browser remembers it, where that says more than the method: `federation/google`. */
  way?: string
  amr: readonly string[]
  /**
   * 2 where the one proof was of two factors, such as a passkey that asked for a fingerprint: no other is asked for then.
   * @default 1
   */
  aal?: 1 | 2
  /** False where it counts for nothing towards aal2, whatever follows: a proof by mail. @default true */
  isFactor?: boolean
  /** As for {@link StartSession}. */
  stillValid: StartSession['stillValid']
}

/** A sign-in that is done; its session goes out as it was asked for. */
export interface SignedInStep {
  next: 'done'
  open: OpenSession
  delivery: Delivery['delivery']
  /** By which way it began. */
  way: string
}

/** Where a sign-in has got to. */
export type SignInStep = SignedInStep | { next: 'second_factor'; ticket: string; factors: string[] }

/** A factor of the sign-in that a ticket stands for. */
export interface FactorRequest {
  ticket: string
  factor: string
}

export interface FactorInput {
  factor: string
  answer: FactorAnswer
}

export interface AskableFactor {
  name: string
  /** Whether it has to be begun before it can be answered. */
  asks: boolean
}

/** From the first proof to the session. */
export interface SignIn {
  /** Starts the session at once: for accounts that are too new to have a second factor. */
  start(proof: FirstProof, request: RequestContext): Promise<SignedInStep>
  /** Starts the session, or holds it back until one of the user's second factors is proven. */
  proceed(proof: FirstProof, request: RequestContext): Promise<SignInStep>
  /** Which factors would do for the sign-in of a ticket; null when the ticket is void. */
  factorsOf(ticket: string): Promise<AskableFactor[] | null>
  /** What a factor has to answer. Throws `challenge_invalid`, `second_factor_invalid`, `rate_limited`. */
  begin(input: FactorRequest): Promise<Record<string, unknown>>
  /** Throws as {@link begin}, and `invalid_credentials` when the user was disabled meanwhile. */
  finish(input: FactorRequest & FactorInput, request: RequestContext): Promise<SignedInStep>
  /** What the user could prove within a session. */
  waysToStepUp(userId: UserId): Promise<AskableFactor[]>
  /** What a factor has to answer within a session. Throws `second_factor_invalid`, `rate_limited`. */
  beginStepUp(
    claims: SessionClaims,
    factor: string,
  ): Promise<{ ticket: string; options: Record<string, unknown> }>
  /**
   * Proves a factor within a session, which rises to aal2. Throws `second_factor_invalid`, `challenge_invalid`,
   * `rate_limited`, and as a step-up.
   */
  stepUp(input: FactorReproof, request: RequestContext): Promise<OpenSession>
}

export interface FactorReproof extends FactorInput {
  /** Of {@link SignIn.beginStepUp}; null for factors that do not ask. */
  ticket: string | null
  claims: SessionClaims
  tokens: readonly string[]
  attempt: Uint8Array | null
}

export interface SignInOptions {
  db: Database
  ports: Ports
  challenges: Challenges
  limits: Limits
  knownDevices: KnownDevices
  cookies: SessionCookies
  sessions: Sessions
  audit: Audit
  /** Looked at anew each time, for methods are wired after this. */
  methods: readonly Method[]
}

/** What a ticket stands for; sealed at rest. */
interface Pending extends Delivery {
  method: string
  way: string
  amr: string[]
  /** As in the {@link FirstProof}. */
  isFactor: boolean
  /** The factor that was begun last, and what it asked. */
  begun: Question | null
}

/** What a factor asked, and is to be told again when it is answered. */
interface Question {
  factor: string
  state: FactorClaim['state']
}

const purpose = 'second-factor'

export function createSignIn(options: SignInOptions): SignIn {
  const { db, ports, challenges, limits, cookies, sessions, audit, methods } = options
  const guesses = createGuesses(limits, options.knownDevices, limit.guessing)

  return { start, proceed, factorsOf, begin, finish, waysToStepUp, beginStepUp, stepUp }

  async function start(proof: FirstProof, request: RequestContext): Promise<SignedInStep> {
    const { amr, aal = 1, delivery } = proof
    const authentication = { amr: [...amr], aal, authenticatedAt: ports.now() }
    const open = await startSession({ ...proof, authentication }, request)
    return { next: 'done', open, delivery, way: wayOf(proof) }
  }

  async function proceed(proof: FirstProof, request: RequestContext): Promise<SignInStep> {
    const { userId, method, amr, aal = 1, isFactor = true, persistent, delivery, stillValid } = proof
    const factors = aal === 1 ? await enrolledBeside(method, userId) : []
    if (factors.every(({ isBackup }) => isBackup)) return await start(proof, request)
    const how = { method, way: wayOf(proof), isFactor, persistent, delivery }
    const pending: Pending = { ...how, amr: [...amr], begun: null }
    const ticket = await issueTicket(userId, pending, stillValid)
    return { next: 'second_factor', ticket, factors: factors.map(({ name }) => name) }
  }

  /** What the same method would prove once more is no second factor. */
  async function enrolledBeside(method: string, userId: UserId): Promise<Factor[]> {
    const enrolled: Factor[] = []
    for (const each of methods) {
      const { factor } = each
      if (factor && isBeside(each, method) && (await factor.isEnrolled(db, userId))) enrolled.push(factor)
    }
    return enrolled
  }

  /**
   * Whatever makes the first proof void afterwards (another password, disabling) locks the user and takes the tickets
   * along; with the look under that same lock there is none whose proof is void.
   */
  async function issueTicket(
    userId: UserId,
    pending: Pending,
    stillValid: FirstProof['stillValid'],
  ): Promise<string> {
    const issued = await db.transaction(async (tx) => {
      if (!(await lockEnabledUser(tx, parseUuid(userId)))) return null
      if (!(await stillValid(tx))) return null
      return await challenges.issue(tx, {
        purpose,
        // Of its own: whoever knows the password must not be able to end the tickets of the owner.
        subject: formatUuid(uuidV7(ports)),
        userId,
        payload: { ...pending },
        ttl: limit.ticketTtl,
      })
    })
    if (!issued) throw new AuthError('invalid_credentials', { log: { reason: 'changed during sign-in' } })
    return issued.token
  }

  async function factorsOf(ticket: string): Promise<AskableFactor[] | null> {
    const challenge = await challenges.peek(db, purpose, ticket)
    if (!challenge) return null
    const { userId, pending } = toPending(challenge)
    const factors = await enrolledBeside(pending.method, userId)
    return factors.map(toAskable)
  }

  async function begin({ ticket, factor: name }: FactorRequest): Promise<Record<string, unknown>> {
    const { userId, pending } = toPending(await challenges.peek(db, purpose, ticket))
    const factor = factorOf(name, pending.method)
    if (!factor || !(await factor.isEnrolled(db, userId))) throw new AuthError('second_factor_invalid')
    const { options, begun } = await ask(factor, userId)
    await challenges.amend(db, purpose, ticket, { ...pending, begun })
    return options
  }

  async function ask(
    factor: Factor,
    userId: UserId,
  ): Promise<{ options: Record<string, unknown>; begun: Question }> {
    if (!factor.begin) throw new AuthError('second_factor_invalid')
    await limits.take(limit.begunPerAccount, userId)
    const { options, state } = await factor.begin(db, userId)
    return { options, begun: { factor: factor.name, state } }
  }

  async function finish(
    { ticket, factor: name, answer }: FactorRequest & FactorInput,
    request: RequestContext,
  ): Promise<SignedInStep> {
    const { userId } = toPending(await challenges.peek(db, purpose, ticket))
    const hits = await guesses.take({ userId, subject: userId }, request)
    const { pending } = toPending(await challenges.attempt(db, purpose, ticket))
    const factor = factorOf(name, pending.method)
    const redeem = await factor?.verify(db, { userId, answer, state: stateOf(pending.begun, name) })
    if (!factor || !redeem) throw refuse(userId, name, request)
    const stillValid = async (tx: Queryable): Promise<boolean> => {
      // Both or neither: a code that is used up without a session, or a ticket without its code, would be lost.
      if (!(await redeem(tx))) throw usedMeanwhile(name)
      if (!(await challenges.consume(tx, purpose, ticket))) throw new AuthError('challenge_invalid')
      return true
    }
    const authentication = raised(pending.amr, factor, pending.isFactor && factor.isFactor !== false)
    const open = await startSession({ ...pending, userId, authentication, stillValid }, request)
    await guesses.forgive(hits)
    return { next: 'done', open, delivery: pending.delivery, way: pending.way }
  }

  async function waysToStepUp(userId: UserId): Promise<AskableFactor[]> {
    const ways: AskableFactor[] = []
    for (const { factor } of methods) {
      if (factor && (await canStepUp(factor, userId))) ways.push(toAskable(factor))
    }
    return ways
  }

  async function canStepUp(factor: Factor, userId: UserId): Promise<boolean> {
    return await (factor.canStepUp ?? factor.isEnrolled)(db, userId)
  }

  async function beginStepUp(
    { sub: userId, sid }: SessionClaims,
    name: string,
  ): Promise<{ ticket: string; options: Record<string, unknown> }> {
    const factor = factorOf(name)
    if (!factor || !(await canStepUp(factor, userId))) throw new AuthError('second_factor_invalid')
    const { options, begun } = await ask(factor, userId)
    const payload = { ...begun, sid }
    const { token: ticket } = await db.transaction((tx) =>
      challenges.issue(tx, { purpose: 'step-up', subject: sid, userId, payload, ttl: limit.ticketTtl }),
    )
    return { ticket, options }
  }

  async function stepUp(input: FactorReproof, request: RequestContext): Promise<OpenSession> {
    const { claims, tokens, attempt, answer, ticket } = input
    const { sub: userId, amr } = claims
    const hits = await guesses.take({ userId, subject: userId }, request)
    const begun = ticket === null ? null : await askedWithin(claims, ticket)
    const factor = factorOf(input.factor)
    const redeem = await factor?.verify(db, { userId, answer, state: stateOf(begun, input.factor) })
    if (!factor || !redeem) throw refuse(userId, input.factor, request)
    const isSecond = factor.isFactor !== false && hasOtherFactor(amr, factor)
    const open = await sessions.stepUp({
      tokens,
      sessionId: claims.sid,
      attempt,
      authentication: raised([], factor, isSecond),
      within: async (tx) => {
        if (!(await redeem(tx))) throw usedMeanwhile(input.factor)
        if (ticket !== null && !(await challenges.consume(tx, 'step-up', ticket)))
          throw new AuthError('challenge_invalid')
        return []
      },
    })
    await guesses.forgive(hits)
    return open
  }

  async function askedWithin({ sid }: SessionClaims, ticket: string): Promise<Question> {
    const challenge = await challenges.attempt(db, 'step-up', ticket)
    if (!challenge || challenge.payload['sid'] !== sid) throw new AuthError('challenge_invalid')
    return challenge.payload as unknown as Question
  }

  function factorOf(name: string, besides?: string): Factor | undefined {
    return methods.find((each) => each.factor?.name === name && isBeside(each, besides))?.factor
  }

  function startSession(
    proven: Pick<StartSession, 'userId' | 'authentication' | 'stillValid'> & Delivery,
    request: RequestContext,
  ): Promise<OpenSession> {
    const { userId, authentication, stillValid, persistent, delivery } = proven
    const start = delivery === 'session-cookie' ? sessions.startCookie : sessions.start
    return start({
      userId,
      authentication,
      stillValid,
      persistent,
      origin: originOf(request),
      // A client that keeps its tokens itself may hold several accounts; a browser's cookies hold one.
      replaces: delivery === 'body' ? [] : cookies.read(request),
    })
  }

  function raised(before: readonly string[], factor: Factor, isSecond: boolean): Authentication {
    const amr = [...new Set([...before, ...factor.amr, ...(isSecond ? ['mfa'] : [])])]
    return { amr, aal: isSecond ? 2 : 1, authenticatedAt: ports.now() }
  }

  function refuse(userId: UserId, factor: string, request: RequestContext): AuthError {
    const reason = 'wrong second factor'
    audit.record({ kind: 'login.failed', userId, ...originOf(request), detail: { reason, factor } })
    return new AuthError('second_factor_invalid', { log: { reason, factor, userId } })
  }
}

const isBeside = ({ name, factor }: Method, method: string | undefined): boolean =>
  method === undefined || (name !== method && !factor?.notAfter?.includes(method))

/**
 * The session does not say by which method it was begun: a factor that adds nothing to it may be the very same. `otp`
 * alone begins a session by mail, which is no factor.
 */
const hasOtherFactor = (amr: readonly string[], factor: Factor): boolean =>
  amr.some((value) => value !== 'mfa' && value !== 'otp' && !factor.amr.includes(value))

const wayOf = ({ method, way = method }: FirstProof): string => way

const toAskable = ({ name, begin }: Factor): AskableFactor => ({ name, asks: begin !== undefined })

/** What one factor asked is nothing to another. */
const stateOf = (begun: Question | null, factor: string): FactorClaim['state'] =>
  begun?.factor === factor ? begun.state : null

const usedMeanwhile = (factor: string): AuthError =>
  new AuthError('second_factor_invalid', { log: { reason: 'the proof was used by another request', factor } })

/** Throws AuthError `challenge_invalid`. */
function toPending(challenge: Challenge | null): { userId: UserId; pending: Pending } {
  if (!challenge?.userId) throw new AuthError('challenge_invalid')
  return { userId: challenge.userId, pending: challenge.payload as unknown as Pending }
}
