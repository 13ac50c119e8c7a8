import { type OwnScope, ownScopes } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'

/** Scopes to read data of others, by an API key itself. */
const ofServiceAccounts: readonly string[] = ['introspect', 'provider-tokens']

/**
 * Throws AuthError `invalid_input` for scopes that this kind of owner cannot use, and for unknown scopes with our
 * prefix: a later operation of that name would give them a meaning.
 */
export function requireKnownScopes(owner: 'user' | 'service_account', scopes: readonly string[]): void {
  for (const scope of scopes) {
    if (owner === 'user' && ofServiceAccounts.includes(scope))
      throw refuse(`must not hold ${scope}, which is for service accounts`)
    if (scope.startsWith('latchkey:') && !isOwn(scope))
      throw refuse(`must not hold ${scope}, which names nothing here`)
  }
}

/** Returns the permission required to give the scope; null for none, and for the application's scopes. */
export const permissionToGive = (scope: string): string | null => (isOwn(scope) ? ownScopes[scope] : null)

const isOwn = (scope: string): scope is OwnScope => Object.hasOwn(ownScopes, scope)

const refuse = (message: string): AuthError =>
  new AuthError('invalid_input', { errors: [{ path: 'body.scopes', message }] })
