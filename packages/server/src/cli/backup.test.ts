import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { parsed, runLatchkey, temporaryFolder } from '#test/support/run-latchkey.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

test('a backup of a running server is one whole file for its owner alone, and restores', async () => {
  const env = await createInstallation('sqlite')
  const file = join(temporaryFolder(), 'backup.sqlite')
  const server = await startServer(env)
  const { refreshToken } = await signUp(server.url, 'ada@example.com')
  const made = await runLatchkey(['backup', file], { env })
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toContain('has been checked')
  expect(modeOf(file)).toBe('600')
  expect(await runLatchkey(['backup', file], { env })).toMatchObject({ code: 1 })
  // Not under a running server.
  const refused = await runLatchkey(['restore', file], { env })
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain('Stop it first')
  expect((await send(server.url, '/api/auth/refresh', { body: { refreshToken } })).status).toBe(200)
  await signUp(server.url, 'bea@example.com')
  await server.stop()
  // It may have come from another machine.
  chmodSync(file, 0o644)

  const restored = parsed<{ database: string; replaced: string; endedSessions: number }>(
    await runLatchkey(['restore', file, '--json'], { env }),
  )
  expect(restored.endedSessions).toBe(1)
  expect(modeOf(restored.database)).toBe('600')
  expect(existsSync(restored.replaced)).toBe(true)
  const again = await startServer(env)
  const refresh = await send(again.url, '/api/auth/refresh', { body: { refreshToken } })
  expect([refresh.status, refresh.body['code']]).toEqual([401, 'session_revoked'])
  const login = (email: string) =>
    send(again.url, '/api/auth/login', { body: { email, password: 'correct horse battery' } })
  expect((await login('ada@example.com')).status).toBe(200)
  expect((await login('bea@example.com')).status).toBe(401)
})

test.each([
  { flags: [], status: 'ok' },
  { flags: ['--keep-sessions'], status: 'warn' },
])(
  'with a log-out since the backup, restore $flags leaves the doctor with: $status',
  async ({ flags, status }) => {
    const env = await createInstallation('sqlite')
    const file = join(temporaryFolder(), 'backup.sqlite')
    const server = await startServer(env)
    await signUp(server.url, 'ada@example.com')
    const bea = await signUp(server.url, 'bea@example.com')
    expect(await runLatchkey(['backup', file], { env })).toMatchObject({ code: 0 })
    await send(server.url, '/api/auth/logout', { body: { refreshToken: bea.refreshToken } })
    await server.stop()
    expect(await runLatchkey(['restore', file, ...flags], { env })).toMatchObject({ code: 0 })
    const ofLog = async () =>
      parsed<{ findings: { check: string; status: string }[] }>(
        await runLatchkey(['doctor', '--json'], { env }),
      ).findings.find(({ check }) => check === 'revocation log')?.status
    expect(await ofLog()).toBe(status)
    await (await startServer(env)).stop()
    expect(await ofLog()).toBe(status)
  },
)

test('with --keep-sessions sessions go on, and the command says how to end them', async () => {
  const env = await createInstallation('sqlite')
  const file = join(temporaryFolder(), 'backup.sqlite')
  const server = await startServer(env)
  const { refreshToken } = await signUp(server.url, 'ada@example.com')
  expect(await runLatchkey(['backup', file], { env })).toMatchObject({ code: 0 })
  await server.stop()
  const { stdout } = await runLatchkey(['restore', file, '--keep-sessions'], { env })
  expect(stdout).toContain('latchkey sessions revoke-before --before')
  const again = await startServer(env)
  expect((await send(again.url, '/api/auth/refresh', { body: { refreshToken } })).status).toBe(200)
})

test('what is no whole database of ours replaces nothing', async () => {
  const env = await createInstallation('sqlite')
  expect(await runLatchkey(['migrate'], { env })).toMatchObject({ code: 0 })
  const folder = temporaryFolder()
  const [text, foreign, empty] = ['text', 'foreign.sqlite', 'empty'].map((name) => join(folder, name))
  writeFileSync(must(text), 'no database at all, but long enough to be looked at')
  writeFileSync(must(empty), '')
  const other = new DatabaseSync(must(foreign))
  other.exec('CREATE TABLE something (id INTEGER)')
  other.close()
  const cases = [
    [text, 'is not a database'],
    [foreign, 'its tables are missing'],
    [empty, 'its tables are missing'],
    [folder, 'There is no file'],
    [join(folder, 'missing'), 'There is no file'],
  ]
  for (const [file = '', reason] of cases) {
    const before = readdirSync(must(env['LATCHKEY_DATA']))
    const { code, stderr } = await runLatchkey(['restore', file], { env })
    expect([code, stderr]).toEqual([1, expect.stringContaining(file)])
    expect(stderr).toContain(reason)
    expect(readdirSync(must(env['LATCHKEY_DATA']))).toEqual(before)
  }
})

test('a copy that is no whole database of ours is no backup, and nothing is left of it', async () => {
  const folder = temporaryFolder()
  const [foreign, file] = [join(folder, 'foreign.sqlite'), join(folder, 'backup.sqlite')]
  const other = new DatabaseSync(foreign)
  other.exec('CREATE TABLE something (id INTEGER)')
  other.close()
  const env = { LATCHKEY_DATA: temporaryFolder(), DATABASE_URL: `sqlite:${foreign}` }
  const { code, stderr } = await runLatchkey(['backup', file], { env })
  expect([code, stderr.includes('is not a whole database of Latchkey')]).toEqual([1, true])
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['is damaged', Buffer.alloc(8192, 0xa5)],
  ['is empty', Buffer.alloc(0)],
  ['is gone', null],
])(
  'a write-ahead log whose database %s is kept beside the successor, and is not read into it',
  async (_, left) => {
    const env = await createInstallation('sqlite')
    const file = join(temporaryFolder(), 'backup.sqlite')
    const database = must(env['DATABASE_URL']).replace('sqlite:', '')
    expect(await runLatchkey(['migrate'], { env })).toMatchObject({ code: 0 })
    expect(await runLatchkey(['backup', file], { env })).toMatchObject({ code: 0 })
    const other = new DatabaseSync(database)
    onTestFinished(() => other.close())
    other.exec('CREATE TABLE later (id INTEGER)')
    const log = readFileSync(`${database}-wal`)
    for (const each of [database, `${database}-wal`, `${database}-shm`]) rmSync(each)
    if (left !== null) writeFileSync(database, left)
    writeFileSync(`${database}-wal`, log)

    const { replaced } = parsed<{ replaced: string }>(
      await runLatchkey(['restore', file, '--keep-sessions', '--json'], { env }),
    )
    if (left !== null) expect(existsSync(replaced)).toBe(true)
    expect(readFileSync(`${replaced}-wal`).equals(log)).toBe(true)
    const restored = new DatabaseSync(database, { readOnly: true })
    onTestFinished(() => restored.close())
    expect(restored.prepare(`SELECT name FROM sqlite_schema WHERE name = 'later'`).all()).toEqual([])
    expect(await runLatchkey(['doctor'], { env })).toMatchObject({ code: 0 })
  },
)

test('a backup of an older release is brought to this one, and one of a newer release replaces nothing', async () => {
  const env = await createInstallation('sqlite')
  const file = join(temporaryFolder(), 'backup.sqlite')
  expect(await runLatchkey(['backup', file], { env })).toMatchObject({ code: 0 })
  const change = (text: string): void => {
    const db = new DatabaseSync(file)
    db.exec(text)
    db.close()
  }
  change(`DROP TABLE heartbeat; DELETE FROM latchkey_migration WHERE id LIKE '%heartbeat%'`)
  const { database } = parsed<{ database: string }>(
    await runLatchkey(['restore', file, '--keep-sessions', '--json'], { env }),
  )
  const restored = new DatabaseSync(database, { readOnly: true })
  expect(restored.prepare('SELECT count(*) AS count FROM heartbeat').get()).toEqual({ count: 0 })
  restored.close()
  change(`INSERT INTO latchkey_migration VALUES ('users/9999-nickname', 'x', 1, 0)`)
  const before = readdirSync(must(env['LATCHKEY_DATA']))
  const refused = await runLatchkey(['restore', file], { env })
  expect([refused.code, refused.stderr.includes('users/9999-nickname')]).toEqual([1, true])
  expect(readdirSync(must(env['LATCHKEY_DATA']))).toEqual(before)
})

test('on PostgreSQL both name the tools', async () => {
  const { url, drop } = await createDatabase(await postgresUrl())
  onTestFinished(drop)
  const env = { DATABASE_URL: url, LATCHKEY_DATA: temporaryFolder() }
  const backup = await runLatchkey(['backup', 'x'], { env })
  expect(backup).toMatchObject({ code: 1 })
  expect(backup.stderr).toContain('pg_dump')
  const restore = await runLatchkey(['restore', 'x'], { env })
  expect(restore.stderr).toContain('pg_restore')
  expect(restore.stderr).toContain('sessions revoke-before')
})
