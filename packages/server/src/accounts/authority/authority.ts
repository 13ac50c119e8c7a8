import type { OwnScope } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Principal } from '../../sessions/route.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import { findServiceAccount } from '../../identity/service-accounts/store.ts'
import { type AccessClaims, hasSession } from '../../sessions/tokens/access-token.ts'
import { findAccount } from '../../identity/users/store.ts'
import { permissionToGive } from './own-scopes.ts'
import { coversAll } from '../../identity/roles/permissions.ts'
import { listRoles, lockRoles } from '../../identity/roles/store.ts'
import type { Queryable } from '../../db/database.ts'

/** The administrator, and the origin of the request. */
export interface Actor {
  claims: AccessClaims
  ip: string | null
  userAgent: string | null
}

export const actorOf = ({ caller, request }: { caller: Principal; request: RequestContext }): Actor => ({
  claims: caller.claims,
  ip: request.ip,
  userAgent: request.userAgent,
})

/** A user or service account, with the roles that grant its permissions. */
export interface Holder {
  roles: readonly string[]
}

/**
 * The actor's permissions in the database. They hold until the transaction ends: concurrent changes of roles or grants
 * wait. Each guard throws AuthError `forbidden`.
 */
export interface Authority {
  /**
   * An actor cannot change a user with more permissions: with another address, support could sign in as the
   * administrator.
   */
  requireOver(holder: Holder): void
  /**
   * An actor cannot grant, or take away, more than they hold. Throws `role_not_found` if a granted role is unknown.
   * `act` is the scope by which machines change roles, by any route; without it AuthError `insufficient_scope`.
   */
  requireToAssign(before: readonly string[], after: readonly string[], act?: OwnScope): void
  requireToHold(permissions: readonly string[]): void
  /**
   * An actor cannot give a key or certificate more than they may do or read, nor, by a key, more than that key holds.
   */
  requireToGive(given: Given): void
}

/** The rights of a machine's new credential. */
export interface Given {
  scopes: readonly string[]
  inheritRoles: boolean
}

/**
 * Reads the actor's authority inside the transaction that uses it; the token may be older than the last change of
 * roles. Throws AuthError `forbidden` without `permission`, `token_revoked` if the actor is gone. A null `permission`
 * is for an actor's own things.
 */
export async function readAuthority(
  tx: Queryable,
  { claims }: Pick<Actor, 'claims'>,
  permission: string | null,
): Promise<Authority> {
  const byRole = await readLockedRoles(tx)
  const actor = (await findAccount(tx, claims.sub)) ?? (await findServiceAccount(tx, claims.sub))
  if (!actor || actor.disabledAt !== null) throw new AuthError('token_revoked')
  const held = permissionsOf(byRole, actor.roles)
  if (permission !== null && !coversAll(held, [permission])) refuse(`The permission ${permission} is needed.`)
  return authorityOf(byRole, held, hasSession(claims) ? null : claims)
}

/** Authority of the command line's operator: they own the machine, and hold everything. */
export async function readOperatorAuthority(tx: Queryable): Promise<Authority> {
  return authorityOf(await readLockedRoles(tx), ['*'], null)
}

type PermissionsByRole = ReadonlyMap<string, readonly string[]>

async function readLockedRoles(tx: Queryable): Promise<PermissionsByRole> {
  await lockRoles(tx)
  const rows = await listRoles(tx)
  return new Map(rows.map(({ name, permissions }) => [name, JSON.parse(permissions) as string[]]))
}

const permissionsOf = (byRole: PermissionsByRole, roles: readonly string[]): string[] =>
  roles.flatMap((role) => byRole.get(role) ?? [])

function authorityOf(
  byRole: PermissionsByRole,
  held: readonly string[],
  ofMachine: AccessClaims | null,
): Authority {
  const ofRoles = (roles: readonly string[]): string[] => permissionsOf(byRole, roles)
  return {
    requireOver({ roles }) {
      if (!coversAll(held, ofRoles(roles))) refuse('This account holds permissions that you do not hold.')
    },
    requireToAssign(before, after, act) {
      const granted = after.filter((role) => !before.includes(role))
      const unknown = granted.find((role) => !byRole.has(role))
      if (unknown !== undefined)
        throw new AuthError('role_not_found', { detail: `There is no role ${unknown}.` })
      const changed = [...granted, ...before.filter((role) => !after.includes(role))]
      if (changed.length === 0) return
      if (!coversAll(held, ofRoles(changed))) refuse('These roles hold permissions that you do not hold.')
      if (act && ofMachine && !scopesOf(ofMachine).includes(act))
        throw new AuthError('insufficient_scope', { scope: act })
    },
    requireToHold(permissions) {
      if (!coversAll(held, permissions)) refuse('These are permissions that you do not hold.')
    },
    requireToGive({ scopes, inheritRoles }) {
      for (const scope of scopes) {
        const permission = permissionToGive(scope)
        if (permission !== null && !coversAll(held, [permission]))
          refuse(`The scope ${scope} opens what you may not do or read yourself.`)
      }
      if (ofMachine) requireWithin(ofMachine, { scopes, inheritRoles })
    },
  }
}

const scopesOf = ({ scope = '' }: AccessClaims): string[] => scope.split(' ')

function requireWithin(claims: AccessClaims, { scopes, inheritRoles }: Given): void {
  const [own, { roles = [] }] = [scopesOf(claims), claims]
  const beyond = scopes.find((each) => !own.includes(each))
  if (beyond !== undefined) refuse(`The key that asks does not hold the scope ${beyond}.`)
  if (inheritRoles && roles.length === 0) refuse('The key that asks does not pass roles on.')
}

function refuse(detail: string): never {
  throw new AuthError('forbidden', { detail })
}
