import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import {
  expectSentence,
  inFolder,
  migrated,
  parsed,
  type Run,
  runLatchkey,
} from '#test/support/run-latchkey.ts'
import { testSecret } from '#test/support/test-latchkey.ts'

describe('doctor', () => {
  test('finds a fresh installation sound and leaves no trace', async () => {
    const { env } = inFolder()
    const run = await runLatchkey(['doctor', '--json'], { env })
    expect(run.code).toBe(0)
    expect(statusOf(run, 'database')).toBe('warn')
    expect(existsSync(env.LATCHKEY_DATA)).toBe(false)
  })

  test('finds a working one sound', async () => {
    const { env } = await migrated()
    await runLatchkey(['keys', 'rotate'], { env })
    const run = await runLatchkey(['doctor', '--json'], { env })
    expect(run.code).toBe(0)
    for (const check of [
      'data folder',
      'database',
      'migrations',
      'signing keys',
      'clock',
      'restore',
      'mails',
    ]) {
      expect([check, statusOf(run, check)]).toEqual([check, 'ok'])
    }
    expect(statusOf(run, 'administrators')).toBe('warn')
    expect((await runLatchkey(['doctor'], { env })).stdout).toContain('→ latchkey users create --admin')
  })

  test('names faulty settings, missing migrations, closed keys, a damaged file and a dead mail server', async () => {
    const production = await runLatchkey(['doctor', '--json'], { env: { NODE_ENV: 'production' } })
    expect([production.code, statusOf(production, 'configuration')]).toEqual([1, 'fail'])

    const empty = inFolder()
    mkdirSync(empty.env.LATCHKEY_DATA, { mode: 0o700 })
    new DatabaseSync(join(empty.env.LATCHKEY_DATA, 'latchkey.sqlite')).close()
    const behind = await runLatchkey(['doctor', '--json'], empty)
    expect([behind.code, statusOf(behind, 'migrations')]).toEqual([1, 'fail'])

    const { env } = await migrated()
    await runLatchkey(['keys', 'rotate'], { env })
    const closed = await runLatchkey(['doctor', '--json'], { env: { ...env, LATCHKEY_SECRET: testSecret } })
    expect([closed.code, statusOf(closed, 'signing keys')]).toEqual([1, 'fail'])
    const refused = await runLatchkey(['keys', 'list'], { env: { ...env, LATCHKEY_SECRET: testSecret } })
    expect(refused.code).toBe(3)
    expectSentence(refused)

    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const port = portOf(server)
    for (const place of [`127.0.0.1:${port}`, '127.0.0.1:1']) {
      const run = await runLatchkey(['doctor', '--json'], { env: { ...env, SMTP_URL: `smtp://${place}` } })
      expect([run.code, statusOf(run, 'mail server')]).toEqual([1, 'fail'])
    }
  })

  test('asks for a revoke-before after a restore, until it was run', async () => {
    const { env } = await migrated()
    const file = join(env.LATCHKEY_DATA, 'latchkey.sqlite')
    const db = new DatabaseSync(file)
    db.exec(
      'UPDATE latchkey_migration SET applied_at = applied_at - 3600000; PRAGMA wal_checkpoint(TRUNCATE)',
    )
    db.close()
    copyFileSync(file, `${file}.backup`)
    const restored = { env: { ...env, DATABASE_URL: `sqlite:${file}.backup` } }
    const run = await runLatchkey(['doctor', '--json'], restored)
    expect(run.code).toBe(0)
    const finding = findings(run).find(({ check }) => check === 'restore')
    expect(finding).toMatchObject({
      status: 'warn',
      remedy: expect.stringContaining('sessions revoke-before --before') as unknown,
    })
    const before = must(must(must(finding).remedy).split('--before ')[1])
    expect(await runLatchkey(['sessions', 'revoke-before', '--before', before], restored)).toMatchObject({
      code: 0,
    })
    expect(statusOf(await runLatchkey(['doctor', '--json'], restored), 'restore')).toBe('ok')
  })

  test('on PostgreSQL finds a sound one, one that lacks migrations and one that was loaded from a dump', async () => {
    const { url: DATABASE_URL, drop } = await createDatabase(await postgresUrl())
    onTestFinished(drop)
    const env = { DATABASE_URL, LATCHKEY_SECRET: testSecret }
    expect(statusOf(await runLatchkey(['doctor', '--json'], { env }), 'migrations')).toBe('fail')
    await runLatchkey(['migrate'], { env })
    const sound = await runLatchkey(['doctor', '--json'], { env })
    expect(sound.code).toBe(0)
    for (const check of ['database', 'migrations', 'clock', 'restore']) {
      expect([check, statusOf(sound, check)]).toEqual([check, 'ok'])
    }
    const client = new Client({ connectionString: DATABASE_URL })
    await client.connect()
    // As pg_restore does it: every row of a table in one transaction.
    await client.query('UPDATE latchkey_migration SET applied_at = applied_at')
    await client.end()
    expect(statusOf(await runLatchkey(['doctor', '--json'], { env }), 'restore')).toBe('warn')
    await runLatchkey(['sessions', 'revoke-before', '--before', 'now'], { env })
    expect(statusOf(await runLatchkey(['doctor', '--json'], { env }), 'restore')).toBe('ok')
  })

  test('writes as the server does, leaves nothing, and names a file that is damaged', async () => {
    const { env } = await migrated()
    const file = join(env.LATCHKEY_DATA, 'latchkey.sqlite')
    const sound = await runLatchkey(['doctor', '--json'], { env })
    expect([statusOf(sound, 'writing'), statusOf(sound, 'database file')]).toEqual(['ok', 'ok'])
    const db = new DatabaseSync(file)
    expect(db.prepare('SELECT count(*) AS count FROM heartbeat').get()).toEqual({ count: 0 })
    db.exec('CREATE TABLE ballast (filling TEXT); CREATE INDEX ballast_filling ON ballast (filling)')
    for (let row = 0; row < 200; row++) db.exec(`INSERT INTO ballast VALUES ('${row}${'x'.repeat(500)}')`)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    // Pages that nothing reads on the way: only a look at all of them finds it.
    const opened = openSync(file, 'r+')
    writeSync(opened, Buffer.alloc(8192, 0xa5), 0, undefined, statSync(file).size - 8192)
    closeSync(opened)
    const damaged = await runLatchkey(['doctor', '--json'], { env })
    expect([damaged.code, statusOf(damaged, 'database file')]).toEqual([1, 'fail'])
  })

  test('on PostgreSQL names what is switched off, and a database that may only be read', async () => {
    const { url: DATABASE_URL, drop } = await createDatabase(await postgresUrl())
    onTestFinished(drop)
    const env = { DATABASE_URL, LATCHKEY_SECRET: testSecret }
    await runLatchkey(['migrate'], { env })
    const run = await runLatchkey(['doctor', '--json'], { env })
    // The server of the tests spares the disk.
    expect(findings(run).find(({ check }) => check === 'durability')).toMatchObject({
      status: 'warn',
      sentence: expect.stringContaining('fsync and full_page_writes of PostgreSQL are off') as unknown,
    })
    for (const check of ['writing', 'replication', 'connections'])
      expect([check, statusOf(run, check)]).toEqual([check, 'ok'])
    const admin = new Client({ connectionString: await postgresUrl() })
    await admin.connect()
    const name = new URL(DATABASE_URL).pathname.slice(1)
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await admin.end()
    const readOnly = await runLatchkey(['doctor', '--json'], { env })
    expect(readOnly.code).toBe(1)
    expect(findings(readOnly).find(({ check }) => check === 'writing')).toMatchObject({
      status: 'fail',
      sentence: 'Nothing can be written: the PostgreSQL database is read-only.',
    })
  })

  interface Finding {
    sentence: string
    check: string
    status: string
    remedy?: string
  }

  const findings = (run: Run): Finding[] => parsed<{ findings: Finding[] }>(run).findings
  const statusOf = (run: Run, check: string) =>
    findings(run).find((finding) => finding.check === check)?.status
})
