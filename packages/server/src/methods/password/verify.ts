import { AuthError } from '../../core/auth-error.ts'
import type { Hits } from '../../core/limits/guesses.ts'
import { normalizeEmail } from '../../core/mail/address.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Account } from '../../identity/users/account.ts'
import type { Authentication } from '../../sessions/session.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import { amr, showsPossession } from './options.ts'
import type { PasswordServices } from './password-services.ts'
import {
  findPasswordHolder,
  type PasswordCredential,
  type PasswordHolder,
  upgradePasswordHash,
} from './store.ts'

/** The password, typed again within a session. */
export interface Reproof {
  claims: SessionClaims
  password: string
  tokens: readonly string[]
  attempt: Uint8Array | null
}

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
  const holder = await findPasswordHolder(db, claims.sub)
  if (!holder || holder.account.disabledAt !== null) throw new AuthError('token_revoked')
  const { account } = holder
  const guessed = { userId: account.id, subject: normalizeEmail(account.email) }
  const proven = await verifyPassword(services, holder, password, await guesses.take(guessed, request))
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
  holder: PasswordHolder | null,
  password: string,
  hits: Hits,
  { forgives = true } = {},
): Promise<PasswordCredential | null> {
  const credential = (isOffered && holder?.credential) || null
  const { ok, needsRehash } = await passwordHash.verifyPassword(
    credential?.hash ?? passwordHash.dummyHash,
    password,
  )
  if (!holder || !credential || !ok) return null
  if (!forgives) return credential
  await guesses.forgive(hits)
  if (needsRehash)
    await upgradePasswordHash(
      db,
      holder.account.id,
      credential.hash,
      await passwordHash.hashPassword(password),
    )
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
