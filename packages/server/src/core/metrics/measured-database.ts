import { type Database, DatabaseUnavailable, type Queryable, UniqueViolation } from '../../db/database.ts'
import type { Params, Statement } from '../../db/statement.ts'
import { inSpan } from '../tracing/span.ts'
import type { Metrics } from './metrics.ts'

/** The same database, whose work is counted and seen in traces. */
export function measureDatabase(db: Database, metrics: Metrics): Database {
  const system = db.dialect === 'sqlite' ? 'sqlite' : 'postgresql'

  return {
    dialect: db.dialect,
    all: statements(db, 'statement').all,
    relaxed: statements(db.relaxed, 'relaxed'),
    transaction: (work) =>
      measure('transaction', 'transaction', () => db.transaction((tx) => work(traced(tx)))),
    exclusively: (name, work) => db.exclusively(name, work),
    listen: (channel, listener) => db.listen(channel, listener),
    checkpoint: () => db.checkpoint(),
    ping: () => db.ping(),
    figures: () => db.figures(),
    close: () => db.close(),
  }

  function statements(on: Queryable, kind: string): Queryable {
    return {
      dialect: on.dialect,
      all: <Row>(statement: Statement, params?: Params) =>
        measure(kind, nameOf(statement), () => on.all<Row>(statement, params)),
    }
  }

  /** Within a transaction: its time counts as one. */
  function traced(tx: Queryable): Queryable {
    return {
      dialect: tx.dialect,
      all: <Row>(statement: Statement, params?: Params) =>
        inSpan(nameOf(statement), { kind: 'client', 'db.system.name': system }, () =>
          tx.all<Row>(statement, params),
        ),
    }
  }

  async function measure<Result>(kind: string, name: string, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now()
    try {
      return await inSpan(name, { kind: 'client', 'db.system.name': system }, work)
    } catch (error) {
      // Telling two rows apart is no failure; other errors are the caller's own, or ours.
      if (error instanceof DatabaseUnavailable) metrics.failedQuery('unavailable')
      else if (!(error instanceof UniqueViolation)) metrics.failedQuery('failed')
      throw error
    } finally {
      metrics.queried(kind, (performance.now() - startedAt) / 1000)
    }
  }
}

/** `SELECT session`, as traces name it: the verb and the table, without values. */
function nameOf({ postgres: { text } }: Statement): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const [verb = 'SQL'] = /\w+/.exec(text) ?? []
  const table = /\b(?:FROM|INTO|UPDATE)\s+(\w+)/i.exec(text)?.[1]
  const name = table === undefined ? verb : `${verb.toUpperCase()} ${table}`
  // Statements are declared once each; a text that is made anew each time is not kept.
  if (names.size < 1000) names.set(text, name)
  return name
}
const names = new Map<string, string>()
