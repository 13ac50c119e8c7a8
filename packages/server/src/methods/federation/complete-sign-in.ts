import type { UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import { UniqueViolation } from '../../db/database.ts'
import type { Account } from '../../identity/users/account.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { createAccount, noteUse, takeOver } from './enter-account.ts'
import type { FederationServices } from './federation-services.ts'
import { keyOf, type KnownIdentity } from './links.ts'
import { look } from './look.ts'
import { amr, linkTtl } from './options.ts'
import { linkPurpose, newSubject, type PendingLink, type SignInIntent } from './pending.ts'
import { findByIdentity } from './store.ts'

/** A user who has come back from a provider to sign in. */
interface ReturningUser {
  known: KnownIdentity
  intent: SignInIntent
  browser: string
}

/** Signed in, or the next step; or this ticket, with which the account that has the address must be proven. */
export type CompletedSignIn = SignInStep | { next: 'link'; ticket: string }

/** Number of attempts where concurrent requests change the state. */
const mostLooks = 3

/** Throws AuthError `email_unproven`, `registration_closed`, `federation_failed`, and as a sign-in. */
export async function completeSignIn(
  services: FederationServices,
  returning: ReturningUser,
  request: RequestContext,
): Promise<CompletedSignIn> {
  for (let looks = 0; looks < mostLooks; looks++) {
    const result = await orNull(() => tryToComplete(services, returning, request))
    if (result) return result
  }
  throw new AuthError('federation_failed', { log: { reason: 'changed again and again meanwhile' } })
}

/** Null if a concurrent request with the same identity or address was faster; the caller looks again. */
async function orNull<Result>(work: () => Promise<Result | null>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UniqueViolation) return null
    throw error
  }
}

/** Null if the state that the decision rests on has changed meanwhile. */
async function tryToComplete(
  services: FederationServices,
  returning: ReturningUser,
  request: RequestContext,
): Promise<CompletedSignIn | null> {
  const { known } = returning
  const { decision, linked, holder } = await look(services, services.db, known)
  switch (decision) {
    case 'sign_in':
      return (await noteUse(services, linked!, known))
        ? await proceed(services, linked!.userId, returning, request)
        : null
    case 'create': {
      const userId = await createAccount(services, known, request)
      return userId && (await proceed(services, userId, returning, request))
    }
    case 'take_over':
      return (await takeOver(services, holder!, known, request))
        ? await proceed(services, holder!.id, returning, request)
        : null
    case 'prove_account':
      return { next: 'link', ticket: await askForAccount(services, holder!, returning) }
    case 'refuse_unproven':
      throw new AuthError('email_unproven')
    case 'refuse_closed':
      throw new AuthError('registration_closed')
    case 'refuse_disabled':
      throw new AuthError('federation_failed', { log: { reason: 'disabled', userId: holder?.id } })
  }
}

async function askForAccount(
  services: FederationServices,
  holder: Account,
  { known: { provider, identity }, browser }: ReturningUser,
): Promise<string> {
  const { db, challenges } = services
  const { token } = await db.transaction((tx) =>
    challenges.issue(tx, {
      purpose: linkPurpose,
      subject: newSubject(services),
      userId: holder.id,
      payload: { provider: provider.id, browser, identity } satisfies PendingLink,
      ttl: linkTtl,
    }),
  )
  return token
}

async function proceed(
  services: FederationServices,
  userId: UserId,
  { known, intent: { persistent, tokenTransport } }: ReturningUser,
  request: RequestContext,
): Promise<SignInStep> {
  const { provider, identity } = known
  await requireVerified(services, userId)
  return await services.signIn.proceed(
    {
      userId,
      method: 'federation',
      rememberAs: `federation/${provider.id}`,
      amr: identity.isMultiFactor ? [amr, 'mfa'] : [amr],
      aal: identity.isMultiFactor ? 2 : 1,
      persistent,
      tokenTransport,
      stillValid: async (tx) => (await findByIdentity(tx, keyOf(known)))?.userId === userId,
    },
    request,
  )
}

/** Linked while addresses did not have to be verified. */
async function requireVerified({ config, db }: FederationServices, userId: UserId): Promise<void> {
  if (config.emailVerification !== 'required') return
  const account = await findAccount(db, userId)
  if (account && account.emailVerifiedAt === null) throw new AuthError('email_unproven')
}
