import type { UserId } from '@latchkey/contract'
import { parseUuid } from '../core/ports/uuid.ts'
import type { Queryable } from '../db/database.ts'
import { type DemandRow, demandsWith, type Demands, toDemands } from './demand-store.ts'
import type { Factor, FactorMethod } from './factor.ts'

/** The factors that a user has, and whether one is asked for. */
export interface UserFactors {
  demands: Demands
  /** Those that the user is asked for after another method. */
  enrolled: ReadonlySet<Factor>
}

export type ReadUserFactors = (on: Queryable, userId: UserId) => Promise<UserFactors>

/** Reads in one statement what the factors say of themselves by a condition; the others are asked one by one. */
export function createReadUserFactors(methods: readonly FactorMethod[]): ReadUserFactors {
  const factors = methods.flatMap(({ factor }) => factor ?? [])
  const find = demandsWith(
    factors.flatMap(({ name, isEnrolled }) =>
      typeof isEnrolled === 'string' ? `${isEnrolled} AS "${name}"` : [],
    ),
  )

  return async (on, userId) => {
    const rows = await on.all<DemandRow & Record<string, unknown>>(find, { userId: parseUuid(userId) })
    const enrolled = new Set<Factor>()
    for (const factor of factors) {
      const { name, isEnrolled } = factor
      const has = typeof isEnrolled === 'string' ? rows[0]?.[name] : await isEnrolled(on, userId)
      if (has) enrolled.add(factor)
    }
    return { demands: toDemands(rows), enrolled }
  }
}
