import { type OwnScope, ownScopes } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'

/** They read what is of others, by an API key itself. */
const ofServiceAccounts: readonly string[] = ['introspect', 'provider-tokens']

/**
 * Throws AuthError `invalid_input` for scopes that this kind of owner has no use of, and for those that have our prefix and
 * name nothing: they would begin to when an operation of that name comes.
 */
export function requireKnownScopes(owner: 'user' | 'service_account', scopes: readonly string[]): void {
  for (const scope of scopes) {
    if (owner === 'user' && ofServiceAccounts.includes(scope))
      throw refuse(`must not hold ${scope}, which is for service accounts`)
    if (scope.startsWith('latchkey:') && !isOwn(scope))
      throw refuse(`must not hold ${scope}, which names nothing here`)
  }
}

/** The permission that whoever gives the scope must hold; null for none, and for scopes that are the application's. */
export const permissionToGive = (scope: string): string | null => (isOwn(scope) ? ownScopes[scope] : null)

const isOwn = (scope: string): scope is OwnScope => Object.hasOwn(ownScopes, scope)

const refuse = (message: string): AuthError =>
  new AuthError('invalid_input', { errors: [{ path: 'body.scopes', message }] })
