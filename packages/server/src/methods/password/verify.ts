import type { UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Hits } from '../../core/limits/guesses.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Account } from '../../identity/users/account.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { Authentication } from '../../sessions/session.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import { amr, showsPossession } from './options.ts'
import type { PasswordServices } from './password-services.ts'
import { findPassword, type PasswordCredential, upgradePasswordHash } from './store.ts'

/** The password, typed again within a session. */
export interface Reproof {
  claims: SessionClaims
  password: string
  tokens: readonly string[]
  attempt: Uint8Array | null
}

/** An id that no user has: versions and variants of UUIDs are never zero (RFC 9562 §5.9). */
const nobody = '00000000-0000-0000-0000-000000000000' as UserId

/**
 * Returns the owner of the password. Throws AuthError `invalid_credentials`, `rate_limited`, `overloaded`,
 * `token_revoked`.
 */
export async function verifyAgain(
  services: PasswordServices,
  { claims, password }: Reproof,
  request: RequestContext,
): Promise<Account> {
  const { db, guesses } = services
  const account = await findAccount(db, claims.sub)
  if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
  const guessed = { userId: account.id, subject: normalizeEmail(account.email) }
  const proven = await verifyPassword(services, account, password, await guesses.take(guessed, request))
  if (!proven) throw refuse(services, account, 'wrong password', request)
  return account
}

/**
 * Returns the credential that the password matches, or null. Hits taken before are returned after a success, unless the
 * account is refused all the same: a low count or a second hash would tell that the password was right. An unknown user
 * costs a hash as well: otherwise the time would tell.
 */
export async function verifyPassword(
  { db, guesses, passwordHash, isOffered }: PasswordServices,
  account: Account | null,
  password: string,
  hits: Hits,
  { forgives = true } = {},
): Promise<PasswordCredential | null> {
  // Looked up for unknown users as well: the work is the same with and without an account.
  const credential = isOffered ? await findPassword(db, account?.id ?? nobody) : null
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

/** Same code for every reason, so that a stranger learns nothing about the account (ASVS V6.3.8). */
export function refuse(
  { audit }: Pick<PasswordServices, 'audit'>,
  account: Account | null,
  reason: string,
  request: RequestContext,
): AuthError {
  const userId = account?.id ?? null
  audit.record({ kind: 'login.failed', userId, ...originOf(request), detail: { reason } })
  return new AuthError('invalid_credentials', { log: { reason, userId: account?.id } })
}

/** A password, in a session that has proven possession, makes two factors. */
export function justNow(
  { ports }: Pick<PasswordServices, 'ports'>,
  { amr: before }: SessionClaims,
): Authentication {
  const isSecond = showsPossession(before)
  return { amr: isSecond ? [...amr, 'mfa'] : [...amr], aal: isSecond ? 2 : 1, authenticatedAt: ports.now() }
}
