import type { Database, Queryable } from '../../packages/server/src/db/database.ts'
import type { Params, Statement } from '../../packages/server/src/db/statement.ts'

/** A statement with its parameters; null for a transaction as a whole, its commit included. */
export type Asked = { statement: Statement; params: Params } | null

/** Carries out `call`, or does not, and notes what it likes. */
export type Around = <Result>(call: () => Promise<Result>, asked: Asked) => Promise<Result>

/** The same database, with something around each call of it that reads or writes. */
export function aroundDatabase(real: Database, around: Around): Database {
  const wrap = (on: Queryable): Queryable => ({
    dialect: on.dialect,
    all: <Row>(statement: Statement, params: Params = {}) =>
      around(() => on.all<Row>(statement, params), { statement, params }),
  })
  return {
    ...wrap(real),
    relaxed: wrap(real.relaxed),
    transaction: (work) => around(() => real.transaction((tx) => work(wrap(tx))), null),
    exclusively: (name, work) => real.exclusively(name, work),
    listen: (channel, listener) => real.listen(channel, listener),
    ping: () => real.ping(),
    checkpoint: () => real.checkpoint(),
    figures: () => real.figures(),
    close: () => real.close(),
  }
}
