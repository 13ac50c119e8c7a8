import { covers } from '@latchkey/verify/core'
import type { Database } from '../../db/database.ts'
import { readHead } from '../../core/revocations/store.ts'
import { listRoles } from './store.ts'

/** The permissions that Latchkey's own administration asks for. */
export const ownPermissions = [
  'users:read',
  'users:write',
  'roles:read',
  'roles:write',
  'sessions:read',
  'sessions:write',
  'service-accounts:read',
  'service-accounts:write',
  'tokens:introspect',
  'provider-tokens:read',
  'mail:read',
  'mail:write',
  'audit:read',
] as const

export const coversAll = (held: readonly string[], permissions: readonly string[]): boolean =>
  permissions.every((permission) => covers(held, permission))

/** The permissions of roles; kept in memory, read anew when a role changes anywhere. */
export interface Permissions {
  ofRoles(roles: readonly string[]): string[]
  load(): Promise<void>
  /** Loads unless the roles known here are as new as `changes`: a new epoch must not go out with old permissions. */
  catchUp(changes: number): Promise<void>
}

export function createPermissions(db: Database): Permissions {
  let byRole = new Map<string, string[]>()
  let loadedAt = -1
  return {
    ofRoles: (roles) => [...new Set(roles.flatMap((role) => byRole.get(role) ?? []))],
    load,
    async catchUp(changes) {
      if (changes > loadedAt) await load()
    },
  }

  async function load(): Promise<void> {
    // Before the roles: what changes in between is then loaded once more, and never missed.
    const { changes } = await readHead(db)
    const rows = await listRoles(db)
    byRole = new Map(rows.map(({ name, permissions }) => [name, JSON.parse(permissions) as string[]]))
    loadedAt = changes
  }
}
