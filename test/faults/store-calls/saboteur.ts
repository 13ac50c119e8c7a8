import { type Database, DatabaseUnavailable } from '../../../packages/server/src/db/database.ts'
import { aroundDatabase } from '#test/support/around-database.ts'

export type Moment = 'before' | 'after'

export interface Saboteur {
  database: Database
  /** The k-th call from now on fails; Infinity: none does. Returns whether it came to that. */
  arm: (k: number, moment: Moment) => void
  struck: () => boolean
}

export function sabotage(real: Database): Saboteur {
  let left = Infinity
  let moment: Moment = 'before'
  let hit = false

  const strike = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    left--
    const fails = left === 0
    if (fails) hit = true
    if (fails && moment === 'before') throw new DatabaseUnavailable('sabotaged before the call')
    const result = await call()
    if (fails) throw new DatabaseUnavailable('sabotaged after the call')
    return result
  }
  // The commit is a call of its own: after it, the work is kept and the answer lost.
  const database = aroundDatabase(real, strike)
  return {
    database,
    arm: (k, when) => {
      left = k
      moment = when
      hit = false
    },
    struck: () => hit,
  }
}
