import type { Role } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Revoked, RevocationLog } from '../../core/revocations/log.ts'
import { ownPermissions, type Permissions } from '../../identity/roles/permissions.ts'
import {
  deleteRole,
  findRole,
  insertRole,
  listRoles,
  listRolesAfter,
  type RoleRow,
  saveRoleDemand,
  updateRole,
} from '../../identity/roles/store.ts'
import { isHeldByServiceAccount } from '../../identity/service-accounts/store.ts'
import { isoTime } from '../../core/iso-time.ts'
import { listHolders } from '../../identity/users/store.ts'
import { type Database, type Queryable, UniqueViolation } from '../../db/database.ts'
import { type Page, type PageQuery, pageOf, readNameCursor } from '../../core/request/cursor.ts'
import { type Actor, readAuthority } from '../../accounts/authority/authority.ts'

export interface NewRole {
  name: string
  description: string
  permissions: string[]
  requiresSecondFactor: boolean
}

export interface RoleChange {
  description?: string | undefined
  permissions?: string[] | undefined
  requiresSecondFactor?: boolean | undefined
}

/**
 * The administration of roles. An actor cannot make, change or delete a role with more permissions than their own:
 * `forbidden`.
 */
export interface RoleAdministration {
  /** By name. */
  list(page: PageQuery): Promise<Page<Role>>
  /** Throws AuthError `role_not_found`. */
  get(name: string): Promise<Role>
  /** Throws `role_taken`. */
  create(actor: Actor, role: NewRole): Promise<Role>
  /** Tokens with the old permissions are refused from then on. Throws `role_not_found`, `role_built_in`. */
  change(actor: Actor, name: string, change: RoleChange): Promise<Role>
  /** Throws `role_not_found`, `role_built_in`, `role_in_use`. */
  remove(actor: Actor, name: string): Promise<void>
  /** Our own permissions and those that roles name. */
  permissions(page: PageQuery): Promise<Page<string>>
}

export interface RoleAdministrationOptions {
  db: Database
  ports: Ports
  revocations: RevocationLog
  permissions: Permissions
  audit: Audit
}

export function createRoleAdministration(options: RoleAdministrationOptions): RoleAdministration {
  const { db, ports, revocations, permissions, audit } = options

  return { list, get, create, change, remove, permissions: allPermissions }

  async function list({ cursor, limit }: PageQuery): Promise<Page<Role>> {
    const rows = await listRolesAfter(db, { after: readNameCursor(cursor) ?? '', limit: limit + 1 })
    return pageOf(rows, limit, { toItem: toRole, endOf: ({ name }) => name })
  }

  async function get(name: string): Promise<Role> {
    const row = await findRole(db, name)
    if (!row) throw new AuthError('role_not_found')
    return toRole(row)
  }

  async function create(actor: Actor, input: NewRole): Promise<Role> {
    const now = ports.now()
    const { name, description } = input
    const held = [...new Set(input.permissions)]
    const row = {
      name,
      description,
      permissions: JSON.stringify(held),
      built_in: 0,
      second_factor_required: input.requiresSecondFactor ? 1 : 0,
      created_at: now,
      updated_at: now,
    }
    await commit(async (tx) => {
      const authority = await readAuthority(tx, actor, 'roles:write')
      authority.requireToHold(held)
      await insertRole(tx, row)
      return []
    }).catch(refuseTakenName)
    record(actor, 'role.created', { role: name, permissions: held })
    return toRole(row)
  }

  async function change(actor: Actor, name: string, wanted: RoleChange): Promise<Role> {
    let before: Role | undefined
    await commit(async (tx) => {
      const authority = await readAuthority(tx, actor, 'roles:write')
      const role = (before = await found(tx, name))
      const held = wanted.permissions ? [...new Set(wanted.permissions)] : role.permissions
      authority.requireToHold([...role.permissions, ...held])
      const { description = role.description, requiresSecondFactor = role.requiresSecondFactor } = wanted
      const now = ports.now()
      if (requiresSecondFactor !== role.requiresSecondFactor)
        await saveRoleDemand(tx, name, requiresSecondFactor, now)
      if (wanted.description === undefined && wanted.permissions === undefined) return []
      if (role.builtIn) throw new AuthError('role_built_in')
      await updateRole(tx, { name, description, permissions: JSON.stringify(held), updated_at: now })
      return isSameList(role.permissions, held) ? [] : [{ kind: 'role', subject: name }]
    })
    const after = await get(name)
    const { requiresSecondFactor } = after
    const detail = { role: name, from: before?.permissions, to: after.permissions }
    const changed = requiresSecondFactor !== before?.requiresSecondFactor
    record(actor, 'role.updated', changed ? { ...detail, requiresSecondFactor } : detail)
    return after
  }

  async function remove(actor: Actor, name: string): Promise<void> {
    await commit(async (tx) => {
      const authority = await readAuthority(tx, actor, 'roles:write')
      const role = await found(tx, name)
      if (role.builtIn) throw new AuthError('role_built_in')
      authority.requireToHold(role.permissions)
      // A concurrent grant of this role waits for the same lock, and then finds the role gone.
      const holders = await listHolders(tx, name, { after: null, limit: 1 })
      if (holders.length > 0 || (await isHeldByServiceAccount(tx, name))) throw new AuthError('role_in_use')
      await deleteRole(tx, name)
      return []
    })
    record(actor, 'role.deleted', { role: name })
  }

  async function found(tx: Queryable, name: string): Promise<Role> {
    const row = await findRole(tx, name)
    if (!row) throw new AuthError('role_not_found')
    return toRole(row)
  }

  /** Runs a change of roles so that every process reads them anew, this one before the caller is answered. */
  async function commit(work: (tx: Queryable) => Promise<Revoked[]>): Promise<void> {
    const entries = await db.transaction(async (tx) => {
      const revoked = await work(tx)
      return await revocations.append(tx, revoked, { isChange: true })
    })
    revocations.remember(entries)
    await permissions.load()
    await revocations.announce()
  }

  async function allPermissions({ cursor, limit }: PageQuery): Promise<Page<string>> {
    const after = readNameCursor(cursor) ?? ''
    const named = (await listRoles(db)).flatMap((row) => toRole(row).permissions)
    const all = [...new Set([...ownPermissions, ...named])].sort().filter((name) => name > after)
    return pageOf(all, limit, { toItem: (name) => name, endOf: (name) => name })
  }

  function record(
    { claims, ip, userAgent }: Actor,
    kind: AuditInput['kind'],
    detail: Record<string, unknown>,
  ): void {
    audit.record({ kind, actorId: claims.sub, ip, userAgent, detail })
  }
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each))

const toRole = (row: RoleRow): Role => ({
  name: row.name,
  description: row.description,
  permissions: JSON.parse(row.permissions) as string[],
  requiresSecondFactor: row.second_factor_required === 1,
  builtIn: row.built_in === 1,
  createdAt: isoTime(row.created_at),
  updatedAt: isoTime(row.updated_at),
})

function refuseTakenName(error: unknown): never {
  if (error instanceof UniqueViolation) throw new AuthError('role_taken', { cause: error })
  throw error
}
