import {
  type Database,
  DatabaseUnavailable,
  type Queryable,
} from '../../../packages/server/src/db/database.ts'
import type { Params, Statement } from '../../../packages/server/src/db/statement.ts'

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
  const wrap = (on: Queryable): Queryable => ({
    dialect: on.dialect,
    all: <Row>(statement: Statement, params?: Params) => strike(() => on.all<Row>(statement, params)),
  })
  const database: Database = {
    ...wrap(real),
    relaxed: wrap(real.relaxed),
    // The commit is a call of its own: after it, the work is kept and the answer lost.
    transaction: (work) => strike(() => real.transaction((tx) => work(wrap(tx)))),
    exclusively: (name, work) => real.exclusively(name, work),
    listen: (channel, listener) => real.listen(channel, listener),
    ping: () => real.ping(),
    checkpoint: () => real.checkpoint(),
    figures: () => real.figures(),
    close: () => real.close(),
  }
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
