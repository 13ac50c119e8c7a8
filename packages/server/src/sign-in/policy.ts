import type { UserId } from '@latchkey/contract'
import type { Config } from '../config/config.ts'
import type { Queryable } from '../db/database.ts'
import { type Demands, readDemands } from './demand-store.ts'

/**
 * The source of a required second factor: the installation, a role of the user, or an administrator for this very user.
 */
export type Demander = 'everyone' | 'role' | 'user'

export interface SecondFactorPolicy {
  /** Empty if the user decides. */
  demandersOf(db: Queryable, userId: UserId): Promise<Demander[]>
  isRequired(db: Queryable, userId: UserId): Promise<boolean>
  isDemanded(demands: Demands): boolean
  /** True if a browser may be remembered in place of the second factor. */
  allowsTrust(isRequired: boolean): boolean
}

export function createSecondFactorPolicy({
  secondFactor,
  trustedDevices,
}: Pick<Config, 'secondFactor' | 'trustedDevices'>): SecondFactorPolicy {
  return {
    demandersOf,
    isRequired: async (db, userId) =>
      secondFactor === 'required' || isDemanded(await readDemands(db, userId)),
    isDemanded,
    allowsTrust: (isRequired) =>
      trustedDevices === 'everywhere' || (trustedDevices === 'where-optional' && !isRequired),
  }

  function isDemanded({ ofUser, ofRoles }: Demands): boolean {
    return secondFactor === 'required' || ofUser || ofRoles.length > 0
  }

  async function demandersOf(db: Queryable, userId: UserId): Promise<Demander[]> {
    const { ofUser, ofRoles } = await readDemands(db, userId)
    return [
      ...(secondFactor === 'required' ? (['everyone'] as const) : []),
      ...(ofRoles.length > 0 ? (['role'] as const) : []),
      ...(ofUser ? (['user'] as const) : []),
    ]
  }
}
