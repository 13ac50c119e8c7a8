import type { UserId } from '@latchkey/contract'
import type { Config } from '../config/config.ts'
import type { Queryable } from '../db/database.ts'
import { readDemands } from './demand-store.ts'

/** Who asks for a second factor: the installation, a role that the user holds, or an administrator of this very user. */
export type Demander = 'everyone' | 'role' | 'user'

export interface SecondFactorPolicy {
  /** Empty where the user decides. */
  demandersOf(db: Queryable, userId: UserId): Promise<Demander[]>
  isRequired(db: Queryable, userId: UserId): Promise<boolean>
  /** Whether a browser may be remembered in place of the second factor. */
  allowsTrust(isRequired: boolean): boolean
}

export function createSecondFactorPolicy({
  secondFactor,
  trustedDevices,
}: Pick<Config, 'secondFactor' | 'trustedDevices'>): SecondFactorPolicy {
  return {
    demandersOf,
    isRequired: async (db, userId) =>
      secondFactor === 'required' || (await demandersOf(db, userId)).length > 0,
    allowsTrust: (isRequired) =>
      trustedDevices === 'everywhere' || (trustedDevices === 'where-optional' && !isRequired),
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
