import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { withinBudget } from './budget.ts'
import { type Database, DatabaseUnavailable, type Queryable, UniqueViolation } from './database.ts'
import { openDatabase } from './open-database.ts'
import { openSqlite } from './sqlite.ts'
import { statement } from './statement.ts'
import { must } from '#test/support/must.ts'

const create = statement('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, note BLOB)')
const insert = statement('INSERT INTO item (id, name) VALUES (:id, :name) RETURNING id')
const rename = statement('UPDATE item SET name = :name WHERE id = :id')
const list = statement('SELECT id, name FROM item ORDER BY id')

interface Item {
  id: number
  name: string
}

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'test.sqlite')
}

function open(path = newPath()): Database {
  const db = openSqlite(path)
  onTestFinished(() => db.close().catch(() => {}))
  return db
}

async function withTable(path?: string): Promise<Database> {
  const db = open(path)
  await db.all(create)
  return db
}

const names = async (db: Queryable): Promise<string[]> => (await db.all<Item>(list)).map(({ name }) => name)

const failure = (attempt: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(attempt)
    .then(
      () => {
        throw new Error('It did not fail.')
      },
      (error: unknown) => error,
    )

describe('durability is demanded', () => {
  // The value says what SQLite does at the end of the statement's transaction: 2 waits for the disk (FULL), 1 does not.
  const note = statement('INSERT INTO item (id, name) SELECT :id, :id || synchronous FROM pragma_synchronous')
  const waits = async (db: Database) => (await names(db)).map((name) => name.at(-1))

  test('what must last waits for the disk, in a transaction and by itself; what may be lost does not', async () => {
    const db = await withTable()
    await db.transaction((tx) => tx.all(note, { id: 1 }))
    await db.relaxed.all(note, { id: 2 })
    await db.all(note, { id: 3 })
    await db.relaxed.all(note, { id: 4 })
    await db.transaction((tx) => tx.all(note, { id: 5 }))
    expect(await waits(db)).toEqual(['2', '1', '2', '1', '2'])
  })

  test('one that must last makes those wait that share its commit', async () => {
    const db = await withTable()
    await db.relaxed.all(note, { id: 1 })
    await Promise.all([
      db.relaxed.all(note, { id: 2 }),
      db.all(note, { id: 3 }),
      db.relaxed.all(note, { id: 4 }),
    ])
    expect(await waits(db)).toEqual(['1', '2', '2', '2'])
  })
})

describe('group commit', () => {
  test('a statement that fails undoes itself alone; what shared its commit is kept', async () => {
    const path = newPath()
    const db = await withTable(path)
    const outcomes = await Promise.allSettled([
      db.all(insert, { id: 1, name: 'one' }),
      db.all(insert, { id: 2, name: 'one' }),
      db.all(insert, { id: 3, name: 'three' }),
      db.all(insert, { id: 4, name: null }),
      db.all(insert, { id: 5, name: 'five' }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(await names(open(path))).toEqual(['one', 'three', 'five'])
  })

  test('one that finds no room on the disk fails alone; what shared its commit is kept', async () => {
    const path = newPath()
    const db = await withTable(path)
    await db.all(insert, { id: 1, name: 'one' })
    const [pages] = await db.all<{ page_count: number }>(statement('PRAGMA page_count'))
    await db.all(statement(`PRAGMA max_page_count = ${must(pages).page_count}`))
    const outcomes = await Promise.allSettled([
      db.all(rename, { id: 1, name: 'renamed' }),
      db.relaxed.all(insert, { id: 2, name: 'x'.repeat(10_000) }),
      db.relaxed.all(insert, { id: 3, name: 'three' }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await names(open(path))).toEqual(['renamed', 'three'])
  })

  test('each caller gets the rows of its own statement', async () => {
    const db = await withTable()
    const rows = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        db.all<Item>(insert, { id: index + 1, name: `item ${index}` }),
      ),
    )
    expect(rows.map(([row]) => row?.id)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  test('what was acknowledged can be read by another connection at once', async () => {
    const path = newPath()
    const db = await withTable(path)
    const reader = open(path)
    await db.all(insert, { id: 1, name: 'one' })
    expect(await names(reader)).toEqual(['one'])
    await db.relaxed.all(insert, { id: 2, name: 'two' })
    expect(await names(reader)).toEqual(['one', 'two'])
  })

  test('a missing parameter is a fault of its caller and of nobody else', async () => {
    const db = await withTable()
    const [faulty, fine] = await Promise.allSettled([
      db.all(insert, { id: 1 }),
      db.all(insert, { id: 2, name: 'two' }),
    ])
    expect(faulty).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) as unknown })
    expect(fine.status).toBe('fulfilled')
    expect(await names(db)).toEqual(['two'])
  })
})

describe('transactions', () => {
  test('do not mix: of two at once each sees and undoes only its own', async () => {
    const db = await withTable()
    const seen: string[][] = []
    const [kept, undone] = await Promise.allSettled([
      db.transaction(async (tx) => {
        await tx.all(insert, { id: 1, name: 'kept' })
        await new Promise(setImmediate)
        seen.push(await names(tx))
      }),
      db.transaction(async (tx) => {
        await tx.all(insert, { id: 2, name: 'undone' })
        await new Promise(setImmediate)
        seen.push(await names(tx))
        throw new Error('undone')
      }),
    ])
    expect([kept.status, undone.status]).toEqual(['fulfilled', 'rejected'])
    expect(seen).toEqual([['kept'], ['kept', 'undone']])
    expect(await names(db)).toEqual(['kept'])
  })

  test('single writes and reads keep out of a transaction that is under way', async () => {
    const db = await withTable()
    const { promise, resolve } = Promise.withResolvers<void>()
    const undone = db.transaction(async (tx) => {
      await tx.all(insert, { id: 1, name: 'undone' })
      await promise
      throw new Error('undone')
    })
    const single = db.all(insert, { id: 2, name: 'single' })
    const read = names(db)
    await new Promise(setImmediate)
    resolve()
    await expect(undone).rejects.toThrow('undone')
    await single
    expect(await read).not.toContain('undone')
    expect(await names(db)).toEqual(['single'])
  })

  test('50 that read and then write lose no update', async () => {
    const db = await withTable()
    await db.all(insert, { id: 1, name: '0' })
    await Promise.all(
      Array.from({ length: 50 }, () =>
        db.transaction(async (tx) => {
          const [row] = await tx.all<Item>(list)
          await new Promise(setImmediate)
          await tx.all(rename, { id: 1, name: String(Number(must(row).name) + 1) })
        }),
      ),
    )
    expect(await names(db)).toEqual(['50'])
  })

  test('and neither do those of two connections to one file', async () => {
    const path = newPath()
    const [one, two] = [await withTable(path), open(path)]
    await one.all(insert, { id: 1, name: '0' })
    // Synchronous inside, for the other connection waits for the lock by blocking this process.
    const raise = (db: Database) =>
      db.transaction(async (tx) => {
        const [row] = await tx.all<Item>(list)
        await tx.all(rename, { id: 1, name: String(Number(must(row).name) + 1) })
      })
    for (let round = 0; round < 25; round++) {
      await raise(one)
      await raise(two)
    }
    expect(await names(one)).toEqual(['50'])
  })

  test('a statement that fails inside leaves the transaction to its caller', async () => {
    const db = await withTable()
    await db.transaction(async (tx) => {
      await tx.all(insert, { id: 1, name: 'one' })
      await expect(tx.all(insert, { id: 1, name: 'again' })).rejects.toThrow(UniqueViolation)
      await tx.all(insert, { id: 2, name: 'two' })
    })
    expect(await names(db)).toEqual(['one', 'two'])
  })
})

test('20,000 writes leave a log of bounded size', async () => {
  const path = newPath()
  const db = await withTable(path)
  const note = statement('UPDATE item SET note = :note WHERE id = :id')
  await db.all(insert, { id: 1, name: 'one' })
  let largest = 0
  for (let round = 0; round < 2000; round++) {
    await Promise.all(
      Array.from({ length: 10 }, () =>
        db.relaxed.all(note, { id: 1, note: new Uint8Array(512).fill(round) }),
      ),
    )
    if (round % 100 === 0) largest = Math.max(largest, statSync(`${path}-wal`).size)
  }
  // A checkpoint comes every 1,000 pages of 4 KiB; what it cannot finish at once stays below the size limit.
  expect(largest).toBeGreaterThan(0)
  expect(largest).toBeLessThan(9_000_000)
})

describe('errors', () => {
  test('a taken key and a taken unique value are a UniqueViolation, other constraints are not', async () => {
    const db = await withTable()
    await db.all(insert, { id: 1, name: 'one' })
    expect(await failure(() => db.all(insert, { id: 1, name: 'two' }))).toBeInstanceOf(UniqueViolation)
    expect(await failure(() => db.all(insert, { id: 2, name: 'one' }))).toBeInstanceOf(UniqueViolation)
    const missing = await failure(() => db.all(insert, { id: 3, name: null }))
    expect(missing).not.toBeInstanceOf(UniqueViolation)
    expect(missing).not.toBeInstanceOf(DatabaseUnavailable)
  })

  test('a foreign key is enforced', async () => {
    const db = await withTable()
    await db.all(statement('CREATE TABLE part (item INTEGER NOT NULL REFERENCES item (id))'))
    await expect(db.all(statement('INSERT INTO part (item) VALUES (7)'))).rejects.toThrow('FOREIGN KEY')
  })

  test('what is no database is said to be none', async () => {
    const path = newPath()
    writeFileSync(path, 'a letter to nobody, longer than the header of a database'.repeat(100))
    expect(await failure(() => openSqlite(path))).toEqual(
      new DatabaseUnavailable('the file is not a SQLite database'),
    )
  })

  test('a damaged file is said to be damaged, and nothing is made up', async () => {
    const path = newPath()
    const db = await withTable(path)
    for (let id = 1; id <= 500; id++) await db.all(insert, { id, name: `item ${id}`.repeat(20) })
    await db.close()
    // All but the first page, which holds the schema.
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, undefined, 4096)
    closeSync(file)
    const damaged = open(path)
    const expected = new DatabaseUnavailable('the database file is damaged')
    expect(await failure(() => damaged.all(list))).toEqual(expected)
    expect(await failure(() => damaged.all(insert, { id: 999, name: 'new' }))).toEqual(expected)
    expect(await failure(() => damaged.transaction((tx) => tx.all(list)))).toEqual(expected)
  })

  test('a file that may only be read is said to be read-only when something is written, and can be read', async () => {
    const path = newPath()
    const db = await withTable(path)
    await db.all(insert, { id: 1, name: 'one' })
    const reader = open(`file:${path}?mode=ro`)
    expect(await failure(() => reader.all(insert, { id: 2, name: 'two' }))).toEqual(
      new DatabaseUnavailable('the database file is read-only'),
    )
    expect(await names(reader)).toEqual(['one'])
  })

  test('a folder that cannot be made is named', async () => {
    const path = newPath()
    writeFileSync(path, '')
    const error = await failure(() => openDatabase(`sqlite:${path}/below/test.sqlite`))
    expect(error).toBeInstanceOf(DatabaseUnavailable)
    expect((error as Error).message).toContain('cannot be made')
  })

  test('a place where no file can be is said to be so', async () => {
    const path = newPath()
    expect(await failure(() => openSqlite(join(path, 'missing', 'test.sqlite')))).toEqual(
      new DatabaseUnavailable('the database file cannot be opened'),
    )
  })

  test.each<[string, (db: Database) => Promise<unknown>]>([
    ['a read', (db) => db.all(list)],
    ['a write', (db) => db.all(insert, { id: 1, name: 'one' })],
    ['a relaxed write', (db) => db.relaxed.all(insert, { id: 1, name: 'one' })],
    ['a transaction', (db) => db.transaction((tx) => tx.all(list))],
    ['a ping', (db) => db.ping()],
  ])('after the close %s is refused as unavailable', async (_, use) => {
    const db = await withTable()
    await db.close()
    expect(await failure(() => use(db))).toEqual(new DatabaseUnavailable('the database has been closed'))
  })

  test('a close lets what was under way finish', async () => {
    const path = newPath()
    const db = await withTable(path)
    const pending = [
      db.all(insert, { id: 1, name: 'single' }),
      db.transaction((tx) => tx.all(insert, { id: 2, name: 'in a transaction' })),
    ]
    await db.close()
    await Promise.all(pending)
    expect(await names(open(path))).toEqual(['single', 'in a transaction'])
  })
})

describe('while another program writes to the file', () => {
  const insert = statement('INSERT INTO note (id) VALUES (:id)')
  const count = statement('SELECT count(*) AS count FROM note')

  async function openLocked() {
    const file = newPath()
    const db = openSqlite(file, { timeout: 60_000 })
    onTestFinished(() => db.close())
    await db.transaction((tx) => tx.all(statement('CREATE TABLE note (id INTEGER PRIMARY KEY)')))
    const other = new DatabaseSync(file)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    return { db, other, file }
  }

  test('reads go on, and what was to be written is written when it is done', async () => {
    const { db, other } = await openLocked()
    const writes = [
      db.all(insert, { id: 1 }),
      db.relaxed.all(insert, { id: 2 }),
      db.transaction((tx) => tx.all(insert, { id: 3 })),
    ]
    for (let reads = 0; reads < 20; reads++) {
      await db.ping()
      expect(await db.all(count)).toEqual([{ count: 0 }])
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    other.exec('COMMIT')
    await Promise.all(writes)
    expect(await db.all(count)).toEqual([{ count: 3 }])
  })

  test('who may not wait any longer is refused, and nothing of it is kept', async () => {
    const { db, other } = await openLocked()
    const refused = await withinBudget(50, () =>
      Promise.allSettled([db.all(insert, { id: 1 }), db.transaction((tx) => tx.all(insert, { id: 2 }))]),
    )
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    other.exec('COMMIT')
    expect(await db.all(count)).toEqual([{ count: 0 }])
    await db.all(insert, { id: 4 })
    expect(await db.all(count)).toEqual([{ count: 1 }])
  })

  test('a checkpoint leaves nothing in the write-ahead log', async () => {
    const { db, other, file } = await openLocked()
    other.exec('COMMIT')
    await db.all(insert, { id: 1 })
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
    await db.checkpoint()
    expect(statSync(`${file}-wal`).size).toBe(0)
  })
})
