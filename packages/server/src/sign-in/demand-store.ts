import { statement, type Statement } from '../db/statement.ts'
import type { UserId, Instant } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { parseUuid } from '../core/ports/uuid.ts'

// One row for each role that asks for a second factor, or one without a role.
export const demandsWith = (more: readonly string[]): Statement => {
  const columns = ['u.second_factor_required AS of_user', 'u.roles', 'r.name AS role', ...more]
  return statement(`
  SELECT ${columns.join(', ')} FROM user_account u
    LEFT JOIN role r ON r.second_factor_required = 1 WHERE u.id = :userId`)
}
const findDemands = demandsWith([])

const demandOfUser = statement(
  'UPDATE user_account SET second_factor_required = :required, updated_at = :now WHERE id = :userId RETURNING id',
)

export interface Demands {
  ofUser: boolean
  /** The roles of the user that ask for a second factor. */
  ofRoles: string[]
}

export async function readDemands(db: Queryable, userId: UserId): Promise<Demands> {
  return toDemands(await db.all<DemandRow>(findDemands, { userId: parseUuid(userId) }))
}

export interface DemandRow {
  of_user: number
  roles: string
  role: string | null
}

export function toDemands(rows: readonly DemandRow[]): Demands {
  const held = JSON.parse(rows[0]?.roles ?? '[]') as string[]
  return {
    ofUser: rows[0]?.of_user === 1,
    ofRoles: rows.flatMap(({ role }) => (role !== null && held.includes(role) ? [role] : [])),
  }
}

export const saveDemand = (
  tx: Queryable,
  userId: UserId,
  required: boolean,
  now: Instant,
): Promise<unknown[]> => tx.all(demandOfUser, { userId: parseUuid(userId), required: required ? 1 : 0, now })
