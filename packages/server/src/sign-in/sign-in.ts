import type { Delivery, FirstProof } from './first-proof.ts'
import type { StepUpWay, UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import { createGuesses } from '../core/limits/guesses.ts'
import type { KnownDevices } from '../core/limits/known-device.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { Factor, FactorAnswer } from './factor.ts'
import type { FactorMethod } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { Sessions } from '../sessions/service.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import * as limit from './options.ts'
import type { SecondFactorPolicy } from './policy.ts'
import { type BeginSession, raised } from './begin-session.ts'
import { type Pending, type Question, stateOf, type Tickets } from './tickets.ts'
import type { TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'

/** A sign-in that is done; its session goes out as it was asked for. */
export interface SignedInStep {
  next: 'done'
  open: OpenSession
  delivery: Delivery['delivery']
  /** By which way it began. */
  way: string
  /** What is set beside the session's own. */
  cookies: string[]
}

/** A sign-in that waits. Its ticket is good in the browser that keeps the cookies. */
export interface WaitingStep {
  next: 'second_factor' | 'second_factor_enrolment'
  ticket: string
  /** Any one of them will do. */
  factors: string[]
  /** Whether this browser may be remembered in place of a factor; of the step of that name only. */
  canTrustDevice?: boolean
  cookies: string[]
}

/** Where a sign-in has got to. */
export type SignInStep = SignedInStep | WaitingStep

/** A factor of the sign-in that a ticket stands for. */
export interface FactorRequest {
  ticket: string
  factor: string
}

export interface FactorInput {
  factor: string
  answer: FactorAnswer
}

/** What is shown to whoever holds a ticket. */
export interface WaitingSignIn {
  factors: AskableFactor[]
  canTrustDevice: boolean
}

export interface AskableFactor {
  name: string
  /** Whether it has to be begun before it can be answered. */
  asks: boolean
}

/** From the first proof to the session. */
export interface SignIn {
  /** Of an account that is too new to have a second factor: starts the session, unless there must be one. */
  start(proof: FirstProof, request: RequestContext): Promise<SignInStep>
  /**
   * Starts the session, or holds it back: until one of the user's second factors is proven, or until one is enrolled
   * where there must be one and is none.
   */
  proceed(proof: FirstProof, request: RequestContext): Promise<SignInStep>
  /** What the sign-in of a ticket waits for; null when the ticket is void here. */
  waiting(ticket: string, request: CookieSource): Promise<WaitingSignIn | null>
  /** What a factor has to answer. Throws `challenge_invalid`, `second_factor_invalid`, `rate_limited`. */
  begin(input: FactorRequest, request: CookieSource): Promise<Record<string, unknown>>
  /** Throws as {@link begin}, and `invalid_credentials` when the user was disabled meanwhile. */
  finish(
    input: FactorRequest & FactorInput & { trustDevice: boolean },
    request: RequestContext,
  ): Promise<SignedInStep>
  /** What the user could prove within a session. */
  waysToStepUp(claims: SessionClaims): Promise<StepUpWay[]>
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
  sessions: Sessions
  audit: Audit
  tickets: Tickets
  trustedDevices: TrustedDevices
  policy: SecondFactorPolicy
  beginSession: BeginSession
  /** Looked at anew each time, for methods are wired after this. */
  methods: readonly FactorMethod[]
}

const purpose = 'second-factor'

export function createSignIn(options: SignInOptions): SignIn {
  const { db, ports, challenges, limits, sessions, audit, tickets, policy, methods } = options
  const { trustedDevices, beginSession } = options
  const guesses = createGuesses(limits, options.knownDevices, limit.guessing)

  return { start, proceed, waiting, begin, finish, waysToStepUp, beginStepUp, stepUp }

  async function start(proof: FirstProof, request: RequestContext): Promise<SignInStep> {
    const isHeld = proof.aal !== 2 && (await policy.isRequired(db, proof.userId))
    return isHeld ? await holdForEnrolment(proof, request) : await startNow(proof, request)
  }

  async function proceed(proof: FirstProof, request: RequestContext): Promise<SignInStep> {
    // Two factors in one proof: nothing is left to ask.
    if (proof.aal === 2) return await startNow(proof, request)
    const { userId, method } = proof
    const isRequired = await policy.isRequired(db, userId)
    const factors = await askedAfter(method, userId, isRequired)
    if (factors.every(({ isBackup }) => isBackup))
      return isRequired ? await holdForEnrolment(proof, request) : await startNow(proof, request)
    const canTrust = policy.allowsTrust(isRequired)
    const trust = canTrust ? await trustedDevices.find(request, userId) : null
    if (trust !== null) return await startTrusted(proof, trust, request)
    const issued = await tickets.issue(purpose, proof, request)
    const names = factors.map(({ name }) => name)
    // Trust is kept in a cookie, which a client that asks for its tokens in the body has none of.
    const canTrustDevice = canTrust && proof.delivery !== 'body'
    return { next: 'second_factor', factors: names, canTrustDevice, ...issued }
  }

  async function startNow(proof: FirstProof, request: RequestContext): Promise<SignedInStep> {
    const { amr, aal = 1, delivery } = proof
    const authentication = { amr: [...amr], aal, authenticatedAt: ports.now() }
    const open = await beginSession({ ...proof, authentication }, request)
    return { next: 'done', open, delivery, way: wayOf(proof), cookies: [] }
  }

  /**
   * A remembered browser spares a question and proves nothing: the session is of the first proof alone, at aal1
   * (NIST SP 800-63B-4 §2.2: AAL2 takes two authentication factors, each time).
   */
  async function startTrusted(
    proof: FirstProof,
    trust: Uint8Array,
    request: RequestContext,
  ): Promise<SignedInStep> {
    const stillValid: FirstProof['stillValid'] = async (tx) =>
      (await trustedDevices.use(tx, trust)) && (await proof.stillValid(tx))
    return await startNow({ ...proof, stillValid }, request)
  }

  async function holdForEnrolment(proof: FirstProof, request: RequestContext): Promise<WaitingStep> {
    const issued = await tickets.issue('second-factor-enrolment', proof, request)
    return { next: 'second_factor_enrolment', factors: enrollableOf(methods), ...issued }
  }

  /**
   * What the same method would prove once more is no second factor; where one must be had, neither is what is no factor at
   * all.
   */
  async function askedAfter(method: string, userId: UserId, isRequired: boolean): Promise<Factor[]> {
    const asked: Factor[] = []
    for (const each of methods) {
      const { factor } = each
      if (!factor || !isBeside(each, method) || (isRequired && factor.isFactor === false)) continue
      if (await factor.isEnrolled(db, userId)) asked.push(factor)
    }
    return asked
  }

  async function waiting(ticket: string, request: CookieSource): Promise<WaitingSignIn | null> {
    const found = await tickets.find(purpose, ticket, request)
    if (!found) return null
    const { userId, pending } = found
    const isRequired = await policy.isRequired(db, userId)
    const factors = await askedAfter(pending.method, userId, isRequired)
    const canTrust = policy.allowsTrust(isRequired)
    return { factors: factors.map(toAskable), canTrustDevice: canTrust && pending.delivery !== 'body' }
  }

  async function begin(
    { ticket, factor: name }: FactorRequest,
    request: CookieSource,
  ): Promise<Record<string, unknown>> {
    const { userId, pending } = await tickets.get(purpose, ticket, request)
    const factor = await findAsked(name, userId, pending)
    if (!factor) throw new AuthError('second_factor_invalid')
    const begun = await ask(factor, userId)
    await tickets.ask(purpose, ticket, pending, begun)
    return begun.options
  }

  async function findAsked(name: string, userId: UserId, { method }: Pending): Promise<Factor | undefined> {
    const factors = await askedAfter(method, userId, await policy.isRequired(db, userId))
    return factors.find((factor) => factor.name === name)
  }

  async function ask(factor: Factor, userId: UserId): Promise<Question> {
    if (!factor.begin) throw new AuthError('second_factor_invalid')
    await limits.take(limit.begunPerAccount, userId)
    return { factor: factor.name, ...(await factor.begin(db, userId)) }
  }

  async function finish(
    { ticket, factor: name, answer, trustDevice }: FactorRequest & FactorInput & { trustDevice: boolean },
    request: RequestContext,
  ): Promise<SignedInStep> {
    // First of all, and at no cost: from another browser nobody uses up tries or limits.
    const { userId } = await tickets.get(purpose, ticket, request)
    const hits = await guesses.take({ userId, subject: userId }, request)
    const { pending } = await tickets.attempt(purpose, ticket, request)
    const factor = await findAsked(name, userId, pending)
    const origin = originOf(request)
    const claim = { userId, answer, state: stateOf(pending.begun, name), origin }
    const redeem = await factor?.verify(db, claim)
    if (!factor || !redeem) throw refuse(userId, name, request)
    const mayTrust = trustDevice && pending.delivery !== 'body'
    const cookies: string[] = []
    const stillValid = async (tx: Queryable): Promise<boolean> => {
      // Both or neither: a code that is used up without a session, or a ticket without its code, would be lost.
      if (!(await redeem(tx))) throw usedMeanwhile(name)
      await tickets.consume(tx, purpose, ticket)
      if (mayTrust && policy.allowsTrust(await policy.isRequired(tx, userId)))
        cookies.push(await trustedDevices.trust(tx, userId, request))
      return true
    }
    const isSecond = pending.isFactor && factor.isFactor !== false
    const authentication = raised(pending.amr, factor, { isSecond, at: ports.now() })
    const open = await beginSession({ ...pending, userId, authentication, stillValid }, request)
    await guesses.forgive(hits)
    factor.afterUse?.(userId, origin)
    if (cookies.length > 0) audit.record({ kind: 'device.trusted', userId, ...origin })
    return { next: 'done', open, delivery: pending.delivery, way: pending.way, cookies }
  }

  async function waysToStepUp({ sub: userId, amr }: SessionClaims): Promise<StepUpWay[]> {
    const ways: StepUpWay[] = []
    for (const { factor } of methods) {
      if (!factor || !(await canStepUp(factor, userId))) continue
      ways.push({ ...toAskable(factor), isSecondFactor: completes(amr, factor) })
    }
    return ways
  }

  /** As {@link SecondFactors.isStrong} has it: two factors, or mail and a factor. */
  function completes(amr: readonly string[], factor: Factor): boolean {
    if (factor.isFactor !== false) return amr.includes(limit.mailAmr) || hasOtherFactor(amr, factor)
    return methods.some(
      ({ factor }) => factor && factor.isFactor !== false && factor.amr.some((each) => amr.includes(each)),
    )
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
    const begun = await ask(factor, userId)
    const payload = { ...begun, sid }
    const { token: ticket } = await db.transaction((tx) =>
      challenges.issue(tx, {
        purpose: 'step-up',
        subject: sid,
        userId,
        sessionId: sid,
        payload,
        ttl: limit.ticketTtl,
      }),
    )
    return { ticket, options: begun.options }
  }

  async function stepUp(input: FactorReproof, request: RequestContext): Promise<OpenSession> {
    const { claims, tokens, attempt, answer, ticket } = input
    const { sub: userId, amr } = claims
    const hits = await guesses.take({ userId, subject: userId }, request)
    const begun = ticket === null ? null : await askedWithin(claims, ticket)
    const factor = factorOf(input.factor)
    const origin = originOf(request)
    const redeem = await factor?.verify(db, {
      userId,
      answer,
      state: stateOf(begun, input.factor),
      origin,
    })
    if (!factor || !redeem) throw refuse(userId, input.factor, request)
    const isSecond = factor.isFactor !== false && hasOtherFactor(amr, factor)
    const open = await sessions.stepUp({
      tokens,
      sessionId: claims.sid,
      attempt,
      authentication: raised([], factor, { isSecond, at: ports.now() }),
      evidence: request,
      within: async (tx) => {
        if (!(await redeem(tx))) throw usedMeanwhile(input.factor)
        if (ticket !== null && !(await challenges.consume(tx, 'step-up', ticket)))
          throw new AuthError('challenge_invalid')
        return []
      },
    })
    await guesses.forgive(hits)
    factor.afterUse?.(userId, origin)
    return open
  }

  async function askedWithin({ sid }: SessionClaims, ticket: string): Promise<Question> {
    const challenge = await challenges.attempt(db, 'step-up', ticket)
    if (!challenge || challenge.payload['sid'] !== sid) throw new AuthError('challenge_invalid')
    return challenge.payload as unknown as Question
  }

  function factorOf(name: string): Factor | undefined {
    return methods.find(({ factor }) => factor?.name === name)?.factor
  }

  function refuse(userId: UserId, factor: string, request: RequestContext): AuthError {
    const reason = 'wrong second factor'
    audit.record({ kind: 'login.failed', userId, ...originOf(request), detail: { reason, factor } })
    return new AuthError('second_factor_invalid', { log: { reason, factor, userId } })
  }
}

const isBeside = ({ name, factor }: FactorMethod, method: string): boolean =>
  name !== method && !factor?.notAfter?.includes(method)

/** The session does not say by which method it was begun: a factor that adds nothing to it may be the very same. */
const hasOtherFactor = (amr: readonly string[], factor: Factor): boolean =>
  amr.some((value) => value !== 'mfa' && value !== limit.mailAmr && !factor.amr.includes(value))

const wayOf = ({ method, way = method }: FirstProof): string => way

const toAskable = ({ name, begin }: Factor): AskableFactor => ({ name, asks: begin !== undefined })

/** The factors that can be set up at sign-in. */
export const enrollableOf = (methods: readonly FactorMethod[]): string[] =>
  methods.flatMap(({ factor }) => (factor?.enrolment ? [factor.name] : []))

const usedMeanwhile = (factor: string): AuthError =>
  new AuthError('second_factor_invalid', { log: { reason: 'the proof was used by another request', factor } })
