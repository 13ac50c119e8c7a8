import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { hasPgBouncer, hidePgBouncer, startPgBouncer } from '#test/support/pgbouncer.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import { createProxy, type Proxy } from '#test/support/proxy.ts'
import { withinBudget } from '../budget.ts'
import { type Database, type DatabaseEvent, DatabaseUnavailable } from '../database.ts'
import { statement } from '../statement.ts'
import { openPostgres } from './postgres.ts'

const timeout = 1000
const create = statement('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)')
const insert = statement('INSERT INTO item (id, name) VALUES (:id, :name) RETURNING id')
const rename = statement('UPDATE item SET name = :name WHERE id = :id RETURNING id')
const names = statement('SELECT name FROM item ORDER BY id')
const commit = statement(`SELECT current_setting('synchronous_commit') AS value`)
// A statement that writes, so that it is one of those that must last.
const commitOfWrite = statement(
  `INSERT INTO item (id, name) VALUES (:id, current_setting('synchronous_commit')) RETURNING name AS value`,
)

interface Scene {
  db: Database
  /** Past whatever lies between. */
  admin: Client
  url: string
  events: DatabaseEvent[]
}

interface SceneOptions {
  server?: string
  by?: (url: string) => string | Promise<string>
  connections?: number
}

async function setScene({ server, by = (url) => url, connections = 4 }: SceneOptions = {}): Promise<Scene> {
  const { url, drop } = await createDatabase(server ?? (await postgresUrl()))
  onTestFinished(drop)
  const admin = new Client({ connectionString: url })
  admin.on('error', () => {})
  await admin.connect()
  onTestFinished(() => admin.end())
  const events: DatabaseEvent[] = []
  const db = openPostgres({
    url: await by(url),
    timeout,
    connections,
    onEvent: (event) => void events.push(event),
  })
  onTestFinished(() => db.close())
  await db.all(create)
  return { db, admin, url, events }
}

const backends = async (admin: Client, having = 'true'): Promise<number> => {
  const { rows } = await admin.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'latchkey%' AND ${having}`,
  )
  return Number(rows[0]?.count)
}

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  )

const valueOf = async (rows: Promise<{ value: string }[]>): Promise<string | undefined> =>
  (await rows)[0]?.value

describe('durability is demanded', () => {
  test.each(['off', 'local', 'remote_write'])(
    'where the database says synchronous_commit=%s: on for what must last, off for what may be lost',
    async (usual) => {
      const { admin, url } = await setScene()
      await admin.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = ${usual}`)
      const anew = openPostgres({ url, timeout })
      onTestFinished(() => anew.close())
      expect(await valueOf(anew.all(commit))).toBe('on')
      expect(await valueOf(anew.transaction((tx) => tx.all(commit)))).toBe('on')
      expect(await valueOf(anew.relaxed.all(commit))).toBe('off')
    },
  )

  test('a server that waits for its standbys to apply goes on doing so', async () => {
    const { admin, url } = await setScene()
    await admin.query(
      `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = remote_apply`,
    )
    const anew = openPostgres({ url, timeout })
    onTestFinished(() => anew.close())
    expect(await valueOf(anew.all(commit))).toBe('remote_apply')
    expect(await valueOf(anew.relaxed.all(commit))).toBe('off')
  })
})

describe('nobody waits for long', () => {
  test('the server gives up before the client does, and a process that stands still before either', async () => {
    const { db } = await setScene()
    const limits = await db.all<{ name: string; setting: string }>(
      statement(`SELECT name, setting FROM pg_settings WHERE name IN
        ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'client_connection_check_interval')`),
    )
    const of = (name: string): number => Number(limits.find((each) => each.name === name)?.setting)
    expect(of('idle_in_transaction_session_timeout')).toBeGreaterThan(0)
    expect(of('lock_timeout')).toBeGreaterThan(of('idle_in_transaction_session_timeout'))
    expect(of('statement_timeout')).toBeGreaterThan(of('lock_timeout'))
    expect(timeout).toBeGreaterThan(of('statement_timeout'))
    expect(of('client_connection_check_interval')).toBeGreaterThan(0)
  })

  test('a lock that is held is named, with its holder, and whoever waited for it is refused', async () => {
    const { db, admin, events } = await setScene()
    await db.all(insert, { id: 1, name: 'one' })
    await admin.query(
      `SET application_name = 'the holder'; BEGIN; UPDATE item SET name = 'held' WHERE id = 1`,
    )
    expect(await refusalOf(db.all(rename, { id: 1, name: 'two' }))).toEqual(
      new DatabaseUnavailable('a lock was not released in time'),
    )
    await expect.poll(() => events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      kind: 'locked',
      wanted: expect.stringContaining('"item"') as unknown,
      holders: [expect.stringContaining('the holder') as unknown],
    })
    expect(db.figures()).toMatchObject({ lockTimeouts: 1, isAway: false })
    await admin.query('ROLLBACK')
    await db.all(rename, { id: 1, name: 'two' })
  })

  test('a transaction of ours that stands still loses its locks, and is told so', async () => {
    const { db, url } = await setScene()
    const other = openPostgres({ url, timeout })
    onTestFinished(() => other.close())
    await db.all(insert, { id: 1, name: 'one' })
    const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>()
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
    const frozen = refusalOf(
      db.transaction(async (tx) => {
        await tx.all(rename, { id: 1, name: 'lost' })
        lock()
        await thawed
      }),
    )
    await locked
    await expect
      .poll(() => other.all(rename, { id: 1, name: 'two' }).catch(() => null), { timeout: 10_000 })
      .toEqual([{ id: 1 }])
    thaw()
    expect(await frozen).toBeInstanceOf(DatabaseUnavailable)
    expect(await db.all(names)).toEqual([{ name: 'two' }])
  })

  test('the budget of a request holds for all its statements together', async () => {
    const { db } = await setScene()
    const pause = statement('SELECT pg_sleep(0.2)')
    let done = 0
    const request = withinBudget(500, async () => {
      for (; done < 10; done++) await db.all(pause)
    })
    expect(await refusalOf(request)).toBeInstanceOf(DatabaseUnavailable)
    expect(done).toBeLessThan(4)
    expect(await db.all(names)).toEqual([])
  })

  test('what was given up is cancelled, and its connection serves again', async () => {
    const { db, admin } = await setScene({ connections: 1 })
    const pid = statement('SELECT pg_backend_pid() AS pid')
    const before = await db.all(pid)
    const request = withinBudget(200, () => db.all(statement('SELECT pg_sleep(0.8)')))
    expect(await refusalOf(request)).toBeInstanceOf(DatabaseUnavailable)
    expect(await db.all(pid)).toEqual(before)
    expect(await backends(admin, `query LIKE '%pg_sleep(0.8)%' AND state = 'active'`)).toBe(0)
    expect(db.figures().timeouts).toBe(1)
  })
})

test('with its synchronous standby away the server is not filled: no more backends than connections, and refreshes go on', async () => {
  const postgres = await startPostgres({ settings: { max_connections: '20' } })
  onTestFinished(() => postgres.remove())
  const { db, admin, url } = await setScene({ server: postgres.url })
  await db.all(insert, { id: 0, name: 'zero' })
  await db.relaxed.all(rename, { id: 0, name: 'relaxed' })
  await waitForStandby(admin, url, 'missing')
  let most = 0
  for (let round = 0; round < 3; round++) {
    const writes = Array.from({ length: 12 }, (_, index) =>
      refusalOf(db.transaction((tx) => tx.all(insert, { id: 100 * round + index + 1, name: 'unconfirmed' }))),
    )
    expect(await db.relaxed.all(rename, { id: 0, name: `relaxed ${round}` })).toEqual([{ id: 0 }])
    for (const refusal of await Promise.all(writes)) expect(refusal).toBeInstanceOf(DatabaseUnavailable)
    most = Math.max(most, await backends(admin, `query NOT LIKE '%pg_terminate_backend%'`))
  }
  // Four durable, two relaxed.
  expect(most).toBeLessThanOrEqual(6)
  await waitForStandby(admin, url, '')
  await expect
    .poll(() => refusalOf(db.all(rename, { id: 0, name: 'again' })), { timeout: 10_000 })
    .toEqual('done')
})

test('a commit whose wait for the standby is cut short by others is not acknowledged', async () => {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.remove())
  const { url, admin } = await setScene({ server: postgres.url })
  const db = openPostgres({ url, timeout: 20_000 })
  onTestFinished(() => db.close())
  expect(await db.all(names)).toEqual([])
  await waitForStandby(admin, url, 'missing')
  const written = refusalOf(db.all(insert, { id: 1, name: 'one' }))
  await expect.poll(async () => (await admin.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1)
  expect(await written).toEqual(
    new DatabaseUnavailable('no synchronous standby has confirmed what was written'),
  )
  await waitForStandby(admin, url, '')
})

const waiting = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`

/** From now on commits wait for a standby of that name; the processes of the server hear of it one after another. */
async function waitForStandby(admin: Client, url: string, name: string): Promise<void> {
  await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`)
  await admin.query('SELECT pg_reload_conf()')
  const writer = new Client({ connectionString: url })
  await writer.connect()
  const written = { isDone: true }
  await expect
    .poll(
      async () => {
        if (written.isDone) {
          written.isDone = false
          void writer
            .query(`SELECT pg_logical_emit_message(true, 'test', 'anything')`)
            .catch(() => {})
            .finally(() => (written.isDone = true))
        }
        const { rowCount } = await admin.query(waiting)
        return rowCount === 0 && written.isDone ? 'commits' : rowCount === 0 ? 'unknown' : 'waits'
      },
      { interval: 100, timeout: 20_000 },
    )
    .toBe(name === '' ? 'commits' : 'waits')
  // Until the checkpointer has told them, older processes go by what they knew themselves.
  await admin.query('CHECKPOINT')
  await writer.end()
}

test('a database that swallows every packet is known to be away, and known to be back, with no backend too many', async () => {
  const { url, drop } = await createDatabase(await postgresUrl())
  onTestFinished(drop)
  const proxy = await createProxy(url)
  const events: DatabaseEvent[] = []
  const db = openPostgres({ url: proxy.url, timeout, connections: 4, onEvent: (event) => events.push(event) })
  onTestFinished(() => db.close())
  const admin = new Client({ connectionString: url })
  admin.on('error', () => {})
  await admin.connect()
  onTestFinished(() => admin.end())
  await db.all(create)
  for (let round = 1; round <= 3; round++) {
    await Promise.all(Array.from({ length: 4 }, () => db.all(names)))
    proxy.swallow()
    const refusals = await Promise.all(Array.from({ length: 20 }, () => refusalOf(db.all(names))))
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(DatabaseUnavailable)
    await expect.poll(() => db.figures().isAway, { timeout: 10_000 }).toBe(true)
    // Nobody waits for what is known to be away: not even a connection is asked for.
    const { timeouts } = db.figures()
    expect(await refusalOf(db.transaction((tx) => tx.all(names)))).toBeInstanceOf(DatabaseUnavailable)
    expect(db.figures()).toMatchObject({ timeouts, outages: round })
    proxy.restore()
    await expect.poll(() => db.figures().isAway, { timeout: 10_000 }).toBe(false)
    expect(await db.all(names)).toEqual([])
  }
  expect(events.map(({ kind }) => kind)).toEqual(['away', 'back', 'away', 'back', 'away', 'back'])
  await expect.poll(() => backends(admin), { timeout: 10_000 }).toBeLessThanOrEqual(6)
})

test(
  'there is one LISTEN connection, and after 50 disturbances still one that hears',
  { timeout: 120_000 },
  async () => {
    const { db, admin } = await setScene()
    const isListening = `(query LIKE 'LISTEN%')`
    let heard = 0
    const [stop, more] = await Promise.all([
      db.listen('latchkey_changes', () => void heard++),
      db.listen('latchkey_changes', () => {}),
    ])
    expect(await backends(admin, isListening)).toBe(1)
    for (let disturbance = 0; disturbance < 50; disturbance++) {
      const which = disturbance % 2 === 0 ? isListening : 'true'
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'latchkey%' AND ${which}`,
      )
      await expect.poll(() => backends(admin, isListening), { interval: 20, timeout: 10_000 }).toBe(1)
    }
    const before = heard
    await admin.query('NOTIFY latchkey_changes')
    await expect.poll(() => heard).toBeGreaterThan(before)
    expect(await backends(admin)).toBeLessThanOrEqual(2)
    await more()
    await stop()
    await expect.poll(() => backends(admin, isListening)).toBe(0)
  },
)

test('whoever listens is told after each interruption: something may have been said meanwhile', async () => {
  const { db, admin } = await setScene()
  let heard = 0
  const stop = await db.listen('latchkey_changes', () => void heard++)
  const before = heard
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'latchkey%' AND query LIKE 'LISTEN%'`,
  )
  await expect.poll(() => heard, { timeout: 10_000 }).toBeGreaterThan(before)
  await stop()
})

test('a connection that died without a word is asked, found silent and made again', async () => {
  let proxy: Proxy | undefined
  const by = async (url: string) => (proxy = await createProxy(url)).url
  const { db, admin } = await setScene({ by })
  let heard = 0
  const stop = await db.listen('latchkey_changes', () => void heard++)
  // A connection that nobody probes would hang for ever.
  await must(proxy).holdAt('SELECT 1')
  const before = heard
  await expect.poll(() => heard, { timeout: 10_000 }).toBeGreaterThan(before)
  const again = heard
  await admin.query('NOTIFY latchkey_changes')
  await expect.poll(() => heard, { timeout: 10_000 }).toBeGreaterThan(again)
  await stop()
})

test('a database that is closed listens no more', async () => {
  const { admin, url } = await setScene()
  const db = openPostgres({ url, timeout, connections: 2, onEvent: () => {} })
  await db.listen('latchkey_changes', () => {})
  await db.close()
  await expect.poll(() => backends(admin, `query LIKE 'LISTEN%'`), { timeout: 10_000 }).toBe(0)
})

describe.skipIf(!hasPgBouncer()).each(['session', 'transaction'] as const)(
  'behind PgBouncer in %s mode',
  (mode) => {
    test('statements, transactions and locks work, nothing is prepared, and durability is demanded', async () => {
      const { db, admin, url, events } = await setScene({ by: (url) => startPgBouncer(url, mode) })
      await admin.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`)
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      )
      await expect.poll(() => refusalOf(db.all(names)), { timeout: 20_000 }).toBe('done')
      const rounds = Array.from({ length: 40 }, async (_, id) => {
        const written = await valueOf(db.all(commitOfWrite, { id }))
        const relaxed = await db.relaxed.all(rename, { id, name: 'relaxed' })
        const read = await db.transaction((tx) => tx.all(names))
        return [written, relaxed.length, read.length > 0]
      })
      for (const answer of await Promise.all(rounds)) expect(answer).toEqual(['on', 1, true])
      const order: number[] = []
      await Promise.all(
        [1, 2].map((turn) =>
          db.exclusively('test', async () => {
            order.push(turn)
            await db.all(names)
            order.push(turn)
          }),
        ),
      )
      expect(order[0]).toBe(order[1])
      await (
        await db.listen('latchkey_changes', () => {})
      )()
      await (
        await db.listen('latchkey_changes', () => {})
      )()
      expect(events.filter(({ kind }) => kind === 'pooled')).toHaveLength(1)
    })

    test('a lock that is held ends the wait there, too', async () => {
      const { db, admin } = await setScene({ by: (url) => startPgBouncer(url, mode) })
      await db.all(insert, { id: 1, name: 'one' })
      await admin.query(`BEGIN; UPDATE item SET name = 'held' WHERE id = 1`)
      expect(await refusalOf(db.all(rename, { id: 1, name: 'two' }))).toBeInstanceOf(DatabaseUnavailable)
      await admin.query('ROLLBACK')
      expect(await db.all(rename, { id: 1, name: 'two' })).toEqual([{ id: 1 }])
    })
  },
)

test.skipIf(!hasPgBouncer())(
  'PgBouncer in transaction mode that hides itself is noticed when two connections are served by one process',
  { timeout: 120_000 },
  async () => {
    const by = async (url: string) => await hidePgBouncer(await startPgBouncer(url, 'transaction'))
    const { db, events } = await setScene({ by })
    // The second connection, before anything has failed.
    await db.relaxed.all(names)
    expect(events.map(({ kind }) => kind)).toEqual(['pooled'])
    const outcomes = new Set<unknown>()
    for (let round = 0; round < 20; round++) {
      const written = Array.from({ length: 8 }, (_, index) =>
        valueOf(db.all(commitOfWrite, { id: 8 * round + index })),
      )
      for (const value of await Promise.all(written)) outcomes.add(value)
      await db.relaxed.all(rename, { id: 8 * round, name: 'relaxed' })
      await db.transaction((tx) => tx.all(names))
    }
    expect([...outcomes]).toEqual(['on'])
    expect(events.filter(({ kind }) => kind === 'pooled')).toHaveLength(1)
  },
)

test.skipIf(!hasPgBouncer())(
  'or, at the latest, when a statement reaches a process that has never heard of it: it is repeated',
  async () => {
    const by = async (url: string) => await hidePgBouncer(await startPgBouncer(url, 'transaction'))
    const { db, admin, events } = await setScene({ by, connections: 1 })
    await db.all(names)
    expect(events).toEqual([])
    // The pooler has to take another one.
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    await expect.poll(() => backends(admin)).toBe(0)
    expect(await db.all(names)).toEqual([])
    expect(await db.transaction((tx) => tx.all(names))).toEqual([])
    expect(events.map(({ kind }) => kind)).toEqual(['pooled'])
  },
)
