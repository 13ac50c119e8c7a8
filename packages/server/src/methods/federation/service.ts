import { lockUser } from '../../identity/users/locks.ts'
import { federationRoutes, freshFor, type SessionId, toSeconds, type UserId } from '@latchkey/contract'
import { type Queryable, UniqueViolation } from '../../db/database.ts'
import { type DatedProof, proofOf } from '../../sign-in/demands.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Challenge } from '../../core/challenges/challenge.ts'
import type { MethodServices } from '../method-services.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { SessionDelivery } from '../../sessions/session-response.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { Account } from '../../identity/users/account.ts'
import { findAccount, findAccountByEmail } from '../../identity/users/store.ts'
import type { BrowserCookie } from './browser-cookie.ts'
import { keyOf, type KnownIdentity, type Links } from './links.ts'
import * as limit from './options.ts'
import { type Arrival, decideArrival } from './policy.ts'
import type { AuthorizationAnswer, ProvenIdentity, Protocol, RequestSecrets } from './protocol.ts'
import type { Provider } from './providers.ts'
import { FederationRefusal } from './refusal.ts'
import type { ProviderRegistry } from './registry.ts'
import { findByIdentity, type LinkedAccount, listLinkedAccounts } from './store.ts'

/** Signing in with others: the use cases, in the order in which people meet them. */
export interface Federation {
  /** Throws `provider_not_found`, `provider_unavailable`, `rate_limited`. */
  begin(providerId: string, wish: SignInWish, request: RequestContext): Promise<Begun>
  /** As {@link begin}, to add an identity to the account of a session. */
  beginLink(
    providerId: string,
    claims: SessionClaims,
    returnTo: string | null,
    request: RequestContext,
  ): Promise<Begun>
  /**
   * Throws `challenge_invalid` for an answer that nobody here, in this browser, is waiting for, which uses nothing up;
   * {@link FederationRefusal} for all that is wrong with what the provider said, or its account may not sign in.
   */
  finish(providerId: string, answer: AuthorizationAnswer, request: RequestContext): Promise<Finished>
  /** Throws `challenge_invalid`, `insufficient_user_authentication`, `linked_elsewhere`, `rate_limited`. */
  confirmLink(ticket: string, claims: SessionClaims, request: RequestContext): Promise<LinkedAccount>
  linkedAccounts(userId: UserId): Promise<LinkedAccount[]>
  /** Throws `linked_account_not_found`, `last_credential`. */
  unlink(id: string, claims: SessionClaims, request: RequestContext): Promise<void>
}

export interface SignInWish {
  returnTo: string | null
  persistent: boolean
  delivery: Extract<SessionDelivery, 'cookie' | 'session-cookie'>
}

export interface Begun {
  url: string
  cookies: string[]
}

export interface Finished {
  returnTo: string | null
  result: SignInStep | { next: 'link'; ticket: string } | { next: 'linked'; id: string }
}

export interface FederationOptions {
  core: MethodServices
  registry: ProviderRegistry
  protocol: Protocol
  links: Links
  browserCookie: BrowserCookie
}

/** What a state stands for; sealed at rest. */
interface Started extends RequestSecrets {
  provider: string
  /** Of the browser that began. */
  browser: string
  returnTo: string | null
  intent: SignInIntent | LinkIntent
}

interface LinkIntent {
  kind: 'link'
  sid: SessionId
  /** Of whoever began. */
  proof: DatedProof
}

type SignInIntent = { kind: 'sign-in' } & Omit<SignInWish, 'returnTo'>

/** What a ticket stands for that asks for the proof of an account. */
export interface PendingLink {
  provider: string
  browser: string
  identity: ProvenIdentity
}

const purpose = 'federation'
const landingPurpose = 'federation-landing'
const linkPurpose = 'federation-link'
/** How often to look again where others change what was looked at. */
const mostLooks = 3

export function createFederation({
  core,
  registry,
  protocol,
  links,
  browserCookie,
}: FederationOptions): Federation {
  const { db, ports, config, challenges, limits, sessions, demands, audit, outbox, mails, emailProof } = core

  return {
    begin: (providerId, { returnTo, ...wish }, request) =>
      start(providerId, returnTo, { kind: 'sign-in', ...wish }, request),
    beginLink: (providerId, claims, returnTo, request) =>
      start(providerId, returnTo, { kind: 'link', sid: claims.sid, proof: proofOf(claims) }, request),
    finish,
    confirmLink,
    linkedAccounts: (userId) => listLinkedAccounts(db, userId),
    unlink,
  }

  async function start(
    providerId: string,
    returnTo: string | null,
    intent: Started['intent'],
    request: RequestContext,
  ): Promise<Begun> {
    const provider = await getProvider(providerId)
    await limits.take(limit.begunPerNetwork, networkOfCaller(request))
    const { hash: browser, cookie } = browserCookie.bind(request)
    const secrets: RequestSecrets = { verifier: randomText(), nonce: randomText() }
    const { token: state } = await db.transaction((tx) =>
      challenges.issue(tx, {
        purpose,
        subject: newSubject(),
        userId: intent.kind === 'link' ? intent.proof.userId : null,
        sessionId: intent.kind === 'link' ? intent.sid : null,
        payload: { ...secrets, provider: provider.id, browser, returnTo, intent } satisfies Started,
        ttl: limit.signInTtl,
      }),
    )
    const url = await protocol.authorizationUrl(provider, { ...secrets, state })
    return { url, cookies: [cookie] }
  }

  async function finish(
    providerId: string,
    answer: AuthorizationAnswer,
    request: RequestContext,
  ): Promise<Finished> {
    await limits.take(limit.answersPerNetwork, networkOfCaller(request))
    const provider = await getProvider(providerId)
    const { started, landing } = await takeStarted(provider, answer.state, request)
    const { returnTo, intent } = started
    try {
      const known = { provider, identity: await protocol.redeem(provider, answer, started) }
      const result =
        intent.kind === 'link'
          ? await link(known, intent, landing, request)
          : await signIn(known, started, intent, request)
      return { returnTo, result }
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      throw new FederationRefusal(asAnswered(error), returnTo)
    }
  }

  /** Looked at before it is used up: what comes from another browser, or another provider, takes nothing away. */
  async function takeStarted(
    provider: Provider,
    state: string,
    request: RequestContext,
  ): Promise<{ started: Started; landing: string | null }> {
    const waiting = await challenges.peek(db, purpose, state)
    const started = waiting && toStarted(waiting)
    if (started?.provider !== provider.id || !browserCookie.recognizes(request, started.browser))
      throw new AuthError('challenge_invalid', { log: { reason: 'nobody waits for this answer' } })
    return await db.transaction(async (tx) => {
      const taken = await challenges.consume(tx, purpose, state)
      if (!taken) throw new AuthError('challenge_invalid')
      return { started: toStarted(taken), landing: await land(tx, toStarted(taken)) }
    })
  }

  /** While the provider is asked, events of the account still end the link that waits for its answer. */
  async function land(tx: Queryable, { intent }: Started): Promise<string | null> {
    if (intent.kind !== 'link') return null
    const { sid: sessionId, proof } = intent
    const about = { subject: newSubject(), userId: proof.userId, sessionId, payload: {}, ttl: limit.linkTtl }
    return (await challenges.issue(tx, { purpose: landingPurpose, ...about })).token
  }

  async function link(
    known: KnownIdentity,
    { sid: sessionId, proof }: LinkIntent,
    landing: string | null,
    request: RequestContext,
  ): Promise<Finished['result']> {
    // A copy of the cookies that comes back in the place of its owner ends the session here.
    await sessions.readStanding(core.cookies.read(request), request)
    const { userId } = proof
    // The way there and back took its time, and a second factor may have been added meanwhile.
    await demands.requireProven(proof, federationRoutes.beginLink.asks)
    const alongside = async (tx: Queryable): Promise<void> => {
      if (landing === null || !(await challenges.consume(tx, landingPurpose, landing)))
        throw new AuthError('challenge_invalid', { log: { reason: 'the link was ended meanwhile' } })
    }
    const { id } = await links
      .add({ ...known, userId, sessionId, alongside }, request)
      .catch((error: unknown) => {
        if (!(error instanceof AuthError) || error.code !== 'token_revoked') throw error
        throw new AuthError('challenge_invalid', { log: { reason: 'the session has ended' }, cause: error })
      })
    return { next: 'linked', id }
  }

  async function signIn(
    known: KnownIdentity,
    started: Started,
    intent: SignInIntent,
    request: RequestContext,
  ): Promise<Finished['result']> {
    for (let looks = 0; looks < mostLooks; looks++) {
      const result = await orNull(() => arrive(known, started, intent, request))
      if (result) return result
    }
    throw new AuthError('federation_failed', { log: { reason: 'changed again and again meanwhile' } })
  }

  /** Null where what was decided on has changed meanwhile. */
  async function arrive(
    known: KnownIdentity,
    { browser }: Started,
    intent: SignInIntent,
    request: RequestContext,
  ): Promise<Finished['result'] | null> {
    const { decision, linked, holder } = await look(db, known)
    switch (decision) {
      case 'sign_in':
        return (await noteUse(linked!, known)) ? await proceed(linked!.userId, known, intent, request) : null
      case 'create': {
        const userId = await create(known, request)
        return userId && (await proceed(userId, known, intent, request))
      }
      case 'take_over':
        return (await takeOver(holder!, known, request))
          ? await proceed(holder!.id, known, intent, request)
          : null
      case 'prove_account':
        return { next: 'link', ticket: await askForAccount(holder!, known, browser) }
      case 'refuse_unproven':
        throw new AuthError('email_unproven')
      case 'refuse_closed':
        throw new AuthError('registration_closed')
      case 'refuse_disabled':
        throw new AuthError('federation_failed', { log: { reason: 'disabled', userId: holder?.id } })
    }
  }

  async function look(on: Queryable, known: KnownIdentity) {
    const { email, isEmailProven } = known.identity
    const holder = email === null ? null : await findAccountByEmail(on, normalizeEmail(email))
    // After the account: where somebody makes both at this moment, whoever sees the account sees the link as well.
    const linked = await findByIdentity(on, keyOf(known))
    const decision = decideArrival({
      isLinked: linked !== null,
      email: email === null ? 'none' : isEmailProven ? 'proven' : 'unproven',
      holder: standingOf(holder),
      needsVerification: config.emailVerification === 'required',
      registration: config.registration,
    })
    return { decision, linked, holder }
  }

  async function noteUse(linked: LinkedAccount, known: KnownIdentity): Promise<boolean> {
    const { email, isEmailProven } = known.identity
    return await db.transaction(async (tx) => {
      if (!(await links.note(tx, linked, known))) return false
      const account = isEmailProven ? await lockUser(tx, linked.userId) : null
      const isTheirs = account && normalizeEmail(email!) === normalizeEmail(account.email)
      // Whoever this identity belongs to has long been in the account: nothing in it is a stranger's.
      if (isTheirs) await core.credentials.addressProven(tx, account, { isMaker: true, ip: null })
      return true
    })
  }

  async function create(known: KnownIdentity, request: RequestContext): Promise<UserId | null> {
    const { name, isEmailProven } = known.identity
    const email = await core.newAccounts.admit(known.identity.email!, request)
    const account = await db.transaction(async (tx) => {
      if ((await look(tx, known)).decision !== 'create') return null
      const account = await core.newAccounts.insert(tx, { email, name, isVerified: isEmailProven })
      await links.insert(tx, known, account.id)
      if (!isEmailProven) await emailProof.send(tx, account)
      return account
    })
    if (!account) return null
    outbox.wake()
    const detail = { provider: known.provider.id }
    audit.record({ kind: 'user.registered', userId: account.id, ...originOf(request), detail })
    return account.id
  }

  async function takeOver(holder: Account, known: KnownIdentity, request: RequestContext): Promise<boolean> {
    const isMaker = core.knownDevices.recognizes(request, holder.id)
    const { ip } = request
    const entries = await db.transaction(async (tx) => {
      const locked = await lockUser(tx, holder.id)
      if (!locked || (await look(tx, known)).decision !== 'take_over') return null
      const { account, revoked } = await core.credentials.addressProven(tx, locked, { isMaker, ip })
      await links.insert(tx, known, account.id)
      const about = {
        account,
        notice: 'account_linked',
        name: known.provider.label,
        at: ports.now(),
        ip,
      } as const
      const more = await core.events.apply(tx, account, 'provider_linked', {
        mails: { address: mails.credentialChanged(about) },
      })
      return await core.revocations.append(tx, [...revoked, ...more])
    })
    if (!entries) return false
    core.revocations.remember(entries)
    outbox.wake()
    const about = { userId: holder.id, ...originOf(request), detail: { provider: known.provider.id } }
    audit.record({ kind: 'email.verified', ...about })
    audit.record({ kind: 'federation.linked', ...about })
    return true
  }

  async function askForAccount(
    holder: Account,
    { provider, identity }: KnownIdentity,
    browser: string,
  ): Promise<string> {
    const { token } = await db.transaction((tx) =>
      challenges.issue(tx, {
        purpose: linkPurpose,
        subject: newSubject(),
        userId: holder.id,
        payload: { provider: provider.id, browser, identity } satisfies PendingLink,
        ttl: limit.linkTtl,
      }),
    )
    return token
  }

  async function proceed(
    userId: UserId,
    known: KnownIdentity,
    { persistent, delivery }: SignInIntent,
    request: RequestContext,
  ): Promise<SignInStep> {
    const { provider, identity } = known
    await requireProven(userId)
    return await core.signIn.proceed(
      {
        userId,
        method: 'federation',
        way: `federation/${provider.id}`,
        amr: identity.isMultiFactor ? [limit.amr, 'mfa'] : [limit.amr],
        aal: identity.isMultiFactor ? 2 : 1,
        persistent,
        delivery,
        stillValid: async (tx) => (await findByIdentity(tx, keyOf(known)))?.userId === userId,
      },
      request,
    )
  }

  /** Linked while addresses did not have to be proven. */
  async function requireProven(userId: UserId): Promise<void> {
    if (config.emailVerification !== 'required') return
    const account = await findAccount(db, userId)
    if (account && account.emailVerifiedAt === null) throw new AuthError('email_unproven')
  }

  async function confirmLink(
    ticket: string,
    claims: SessionClaims,
    request: RequestContext,
  ): Promise<LinkedAccount> {
    await limits.take(limit.answersPerNetwork, networkOfCaller(request))
    const waiting = await challenges.peek(db, linkPurpose, ticket)
    const pending = waiting && toPendingLink(waiting)
    const provider = pending && (await registry.find(pending.provider))
    if (!waiting?.userId || !provider || !browserCookie.recognizes(request, pending.browser))
      throw new AuthError('challenge_invalid')
    // The other side of the proof: this browser has just signed in to the very account.
    if (waiting.userId !== claims.sub)
      throw new AuthError('insufficient_user_authentication', { stepUp: { maxAge: toSeconds(freshFor) } })
    return await links.add(
      {
        provider,
        identity: pending.identity,
        userId: waiting.userId,
        sessionId: claims.sid,
        async alongside(tx) {
          if (!(await challenges.consume(tx, linkPurpose, ticket))) throw new AuthError('challenge_invalid')
        },
      },
      request,
    )
  }

  async function unlink(id: string, claims: SessionClaims, request: RequestContext): Promise<void> {
    const accounts = await listLinkedAccounts(db, claims.sub)
    const labels = new Map<string, string>()
    for (const { provider } of accounts)
      labels.set(provider, (await registry.find(provider))?.label ?? provider)
    await links.remove(id, claims, labels, request)
  }

  async function getProvider(id: string): Promise<Provider> {
    const provider = await registry.find(id)
    if (!provider) throw new AuthError('provider_not_found')
    return provider
  }

  /** Of its own: whoever begins a sign-in must not end somebody else's. */
  function newSubject(): string {
    return formatUuid(uuidV7(ports))
  }

  /** 256 bits, as PKCE wants them (RFC 7636 §4.1). */
  function randomText(): string {
    return Buffer.from(ports.randomBytes(32)).toString('base64url')
  }
}

const standingOf = (holder: Account | null): Arrival['holder'] => {
  if (!holder) return 'nobody'
  if (holder.disabledAt !== null) return 'disabled'
  return holder.emailVerifiedAt === null ? 'unverified' : 'verified'
}

/** Somebody with the same identity, or the same address, was faster: to be looked at again. */
async function orNull<Result>(work: () => Promise<Result | null>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UniqueViolation) return null
    throw error
  }
}

/** A disabled account is told no more than somebody whom the provider's word does not help. */
const asAnswered = (error: AuthError): AuthError =>
  error.code === 'invalid_credentials' ? new AuthError('federation_failed', error.options) : error

const toStarted = ({ payload }: Challenge): Started => payload as unknown as Started
const toPendingLink = ({ payload }: Challenge): PendingLink => payload as unknown as PendingLink
