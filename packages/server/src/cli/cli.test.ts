import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import {
  type Run,
  runLatchkey,
  type RunOptions,
  temporaryFolder,
} from '../../../../test/support/run-latchkey.ts'
import { createTestLatchkey, stores, testSecret } from '../../../../test/support/test-latchkey.ts'
import { commands } from './commands/index.ts'

const bcryptHash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
const password = 'nine purple otters sing'

describe('every command', () => {
  test.each(commands.map(({ name }) => name))('%s explains itself', async (name) => {
    const run = await runLatchkey([...name.split(' '), '--help'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain(`Usage: latchkey ${name}`)
    expect(run.stdout).toContain('--json')
  })

  test('without words, and for a group, the commands are listed', async () => {
    expect((await runLatchkey([])).stdout).toContain('users create')
    const group = await runLatchkey(['keys'])
    expect(group.code).toBe(0)
    expect(group.stdout).toContain('keys rotate')
    expect(group.stdout).not.toContain('users create')
  })

  test.each([
    [['keys', 'burn']],
    [['nothing']],
    [['secret', '--loud']],
    [['secret', 'more']],
    [['keys', 'retire']],
    [['sessions', 'fence']],
    [['sessions', 'fence', '--before', '2026-11-21']],
    [['users', 'create']],
    [['token', 'decode']],
  ])('called wrongly: %j is 2', async (words) => {
    const run = await runLatchkey(words, inFolder())
    expect(run.code).toBe(2)
    expect(run.stdout).toBe('')
    expectSentence(run)
  })
})

describe('settings', () => {
  test('config check names every fault and no secret', async () => {
    const env = { PORT: 'x', LATCHKEY_SECRET: 'hunter2', NODE_ENV: 'production' }
    const run = await runLatchkey(['config', 'check'], { env })
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(/PORT[^]*PUBLIC_URL|PUBLIC_URL[^]*PORT/)
    expect(run.stderr).not.toContain('hunter2')
    const json = await runLatchkey(['config', 'check', '--json'], { env })
    expect(json.code).toBe(3)
    expect(parsed(json)).toMatchObject({
      ok: false,
      faults: expect.arrayContaining([expect.anything()]) as unknown,
    })
    expect(parsed(await runLatchkey(['config', 'check', '--json']))).toEqual({ ok: true, faults: [] })
  })

  test('config print shows where values come from and masks secrets', async () => {
    const env = { PORT: '4321', LATCHKEY_SECRET: testSecret, DATABASE_URL: 'postgres://ada:hunter2@db/x' }
    const run = await runLatchkey(['config', 'print', '--json'], { env })
    expect(run.stdout).not.toMatch(new RegExp(`hunter2|${testSecret}`))
    const { settings } = parsed<{ settings: object[] }>(run)
    expect(settings).toContainEqual({ option: 'port', env: 'PORT', value: '4321', source: 'environment' })
    expect((await runLatchkey(['config', 'print'], { env })).stdout).toMatch(/^PORT +4321 +environment$/m)
  })

  test('secret prints 32 random bytes, another each time', async () => {
    const [one, two] = await Promise.all([runLatchkey(['secret']), runLatchkey(['secret', '--json'])])
    expect(one.stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/)
    expect(parsed<{ secret: string }>(two).secret).not.toBe(one.stdout.trim())
  })
})

describe('migrate', () => {
  test('who only looks creates nothing; who applies does so once', async () => {
    const { env } = inFolder()
    const dry = await runLatchkey(['migrate', '--dry-run'], { env })
    expect(dry.stdout).toContain('CREATE TABLE user_account')
    const before = parsed<Status>(await runLatchkey(['migrate', '--status', '--json'], { env }))
    expect(before.migrations.every(({ appliedAt }) => appliedAt === null)).toBe(true)
    expect(existsSync(env.LATCHKEY_DATA)).toBe(false)

    const applied = parsed<{ applied: string[] }>(await runLatchkey(['migrate', '--json'], { env }))
    expect(applied.applied).toEqual(before.migrations.map(({ id }) => id))
    expect(parsed(await runLatchkey(['migrate', '--json'], { env }))).toEqual({ applied: [] })
    const after = parsed<Status>(await runLatchkey(['migrate', '--status', '--json'], { env }))
    expect(after.migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true)
    expect((await runLatchkey(['migrate', '--dry-run'], { env })).stdout).toBe('Nothing is missing.\n')
  })

  interface Status {
    migrations: { id: string; appliedAt: string | null }[]
  }
})

describe('users', () => {
  test('are created, found, disabled and enabled', async () => {
    const { env } = await migrated()
    const create = (...words: string[]) =>
      runLatchkey(['users', 'create', '--json', ...words], { env, input: password })
    const admin = await create('--email', 'Root@example.com', '--admin', '--verified', '--generate')
    expect(parsed(admin)).toMatchObject({
      user: { email: 'Root@example.com', emailVerified: true, roles: ['admin'] },
      password: expect.stringMatching(/^[\w-]{22}$/) as unknown,
    })
    const ada = await create('--email', 'ada@example.com', '--name', 'Ada')
    expect(parsed(ada)).toMatchObject({ user: { name: 'Ada', emailVerified: false, roles: [] } })
    expect(ada.stdout).not.toContain('password')

    for (const [words, sentence] of [
      [['--email', 'ADA@example.com'], 'already registered'],
      [['--email', 'a@b@c'], 'e-mail address'],
      [['--email', 'x@example.com', '--role', 'ghost'], 'no such role'],
      [['--email', 'x@example.com', '--password', 'short'], 'at least 8'],
    ] as const) {
      const run = await create(...words)
      expect(run.code).toBe(1)
      expect(run.stderr).toContain(sentence)
      expectSentence(run)
    }

    const found = await runLatchkey(['users', 'find', '--search', 'ADA', '--json'], { env })
    expect(parsed(found)).toMatchObject({
      users: [{ email: 'ada@example.com', hasPassword: true, disabledAt: null }],
    })
    expect((await runLatchkey(['users', 'find'], { env })).stdout).toMatch(
      /ada@example.com[^]*Root@example.com/,
    )
    const disabled = await runLatchkey(['users', 'disable', 'ada@example.com', '--json'], { env })
    expect(parsed(disabled)).toMatchObject({ user: { disabledAt: expect.any(String) as unknown } })
    const enabled = await runLatchkey(['users', 'disable', 'ada@example.com', '--undo', '--json'], { env })
    expect(parsed(enabled)).toMatchObject({ user: { disabledAt: null } })
    expect(await runLatchkey(['users', 'disable', 'root@example.com'], { env })).toMatchObject({ code: 1 })
    expect(await runLatchkey(['users', 'disable', 'nobody@example.com'], { env })).toMatchObject({ code: 1 })
  })

  test('are imported from JSON lines and arrays, once, with a report of what is faulty', async () => {
    const { env } = await migrated()
    const users = [
      { email: 'one@example.com', name: 'One, [x] "y"', emailVerified: true, passwordHash: bcryptHash },
      { email: 'two@example.com', roles: ['admin'], name: null },
      { email: 'TWO@example.com' },
      { email: 'three@example.com', passwordHash: 'md5:abc' },
      { email: 'four@example.com', roles: ['ghost'] },
      { email: 'five@example.com', isAdmin: true },
    ]
    const lines = `${users.map((user) => JSON.stringify(user)).join('\n')}\n{"email": \n\n`
    const run = (words: string[], input: string) =>
      runLatchkey(['users', 'import', '-', '--json', ...words], { env, input })
    const expected = { created: 2, skipped: 1 }
    expect(parsed(await run(['--dry-run'], lines))).toMatchObject({ dryRun: true, created: 3 })
    const first = await run([], lines)
    expect(first.code).toBe(1)
    const { faulty, ...counts } = parsed<Report>(first)
    expect(counts).toEqual({ dryRun: false, ...expected })
    expect(faulty.map(({ line }) => line)).toEqual([4, 5, 6, 7])
    expect(JSON.stringify(faulty)).not.toContain('md5')

    const file = join(env.LATCHKEY_DATA, 'users.json')
    writeFileSync(file, JSON.stringify([...users.slice(0, 3), { email: 'six@example.com' }], null, 2))
    const second = await runLatchkey(['users', 'import', file], { env })
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout).toContain('1 created, 3 skipped (known already), 0 faulty.')
    const found = parsed<{ users: object[] }>(await runLatchkey(['users', 'find', '--json'], { env }))
    expect(found.users).toHaveLength(3)
    expect(found.users).toContainEqual(
      expect.objectContaining({ email: 'one@example.com', hasPassword: true }),
    )
    expect(await runLatchkey(['users', 'import', '/nowhere.json'], { env })).toMatchObject({ code: 1 })
  })

  test('more than one transaction of them is imported', async () => {
    const { env } = await migrated()
    const input = Array.from({ length: 1203 }, (_, count) =>
      JSON.stringify({ email: `u${count}@example.com` }),
    ).join('\n')
    const run = await runLatchkey(['users', 'import', '-', '--json'], { env, input })
    expect(parsed(run)).toEqual({ dryRun: false, created: 1203, skipped: 0, faulty: [] })
  })

  interface Report {
    faulty: { line: number; message: string }[]
  }
})

describe.each(stores)('beside a running server on %s', (store) => {
  test('what is ended here is refused there within a second', async () => {
    const { latchkey, databaseUrl, browser } = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const ada = browser()
    await ada.register('ada@example.com')
    const cli = (...words: string[]) => runLatchkey([...words, '--json'], { env })
    const status = async () => (await ada.get('/me')).status
    const refusedSoon = () => expect.poll(status, { timeout: 1000, interval: 50 }).toBe(401)

    const verified = await cli('token', 'verify', ada.token!)
    expect(parsed(verified)).toMatchObject({
      valid: true,
      kind: 'access_token',
      claims: { aud: 'http://localhost:4000' },
    })

    const { sessions } = parsed<{ sessions: { id: string; state: string }[] }>(
      await cli('sessions', 'list', '--user', 'ada@example.com'),
    )
    expect(sessions).toMatchObject([{ state: 'live', generation: 0 }])
    expect(await status()).toBe(200)
    expect(parsed(await cli('sessions', 'revoke', sessions[0]!.id))).toEqual({ ended: 1 })
    await refusedSoon()
    expect(await cli('sessions', 'revoke', sessions[0]!.id)).toMatchObject({ code: 1 })
    expect(parsed(await cli('token', 'verify', ada.token!))).toMatchObject({
      valid: false,
      code: 'token_revoked',
    })

    await ada.login('ada@example.com')
    expect(await status()).toBe(200)
    const signer = latchkey.core.keys.signer().kid
    expect(parsed(await cli('keys', 'retire', '--', signer))).toEqual({ retired: signer })
    await refusedSoon()
    expect((await ada.refresh()).status).toBe(200)
    expect(await status()).toBe(200)
    expect(await cli('keys', 'retire', '--', signer)).toMatchObject({ code: 1 })

    await cli('sessions', 'fence', '--before', 'now')
    await refusedSoon()
    await ada.login('ada@example.com')
    expect(parsed(await cli('sessions', 'revoke', '--user', 'ada@example.com'))).toEqual({ ended: 1 })
    await refusedSoon()
    await ada.login('ada@example.com')
    await cli('users', 'disable', 'ada@example.com')
    await refusedSoon()
    expect((await ada.login('ada@example.com')).status).toBe(401)
  })

  test('keys are listed and rotated, and the server signs and verifies on', async () => {
    const { latchkey, databaseUrl, browser } = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const ada = browser()
    await ada.register('ada@example.com')
    const before = parsed<Keys>(await runLatchkey(['keys', 'list', '--json'], { env })).keys
    expect(before.map(({ state }) => state).toSorted()).toEqual(['current', 'next'])
    const after = parsed<Keys>(await runLatchkey(['keys', 'rotate', '--json'], { env })).keys
    expect(after).toHaveLength(3)
    const was = (state: string) => before.find((key) => key.state === state)?.kid
    expect(after.find(({ state }) => state === 'current')?.kid).toBe(was('next'))
    expect(after.find(({ state }) => state === 'previous')?.kid).toBe(was('current'))
    await expect.poll(() => latchkey.core.keys.list().length, { timeout: 1000 }).toBe(3)
    expect((await ada.get('/me')).status).toBe(200)
  })

  test('a minted token opens the server, except in production', async () => {
    const { databaseUrl, browser } = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    await browser().register('ada@example.com')
    const mint = (more: Record<string, string> = {}, ...words: string[]) =>
      runLatchkey(['token', 'mint', '--user', 'ada@example.com', ...words], { env: { ...env, ...more } })
    const minted = await mint()
    expect(minted.code).toBe(0)
    const me = await browser().get('/me', { token: minted.stdout.trim() })
    expect(me).toMatchObject({ status: 200, body: { email: 'ada@example.com' } })
    const secret = 'Zk3pQ9vX7mT2rW8yB5nL1cD6fG4hJ0sA'
    const production = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://a.example',
      LATCHKEY_SECRET: `${secret},${testSecret}`,
    }
    const refused = await mint(production)
    expect(refused.stdout).toBe('')
    expect(refused.code).not.toBe(0)
  })

  interface Keys {
    keys: { kid: string; state: string }[]
  }
})

describe('token decode', () => {
  test('shows any JWT, from the command line and from standard input', async () => {
    const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const jwt = `${segment({ alg: 'none' })}.${segment({ sub: 'x', exp: 1 })}.`
    const expected = { kind: 'jwt', header: { alg: 'none' }, payload: { sub: 'x', exp: 1 } }
    expect(parsed(await runLatchkey(['token', 'decode', jwt, '--json']))).toEqual(expected)
    expect(parsed(await runLatchkey(['token', 'decode', '--json'], { input: `Bearer ${jwt}\n` }))).toEqual(
      expected,
    )
    expect((await runLatchkey(['token', 'decode', jwt])).stdout).toContain('1970-01-01T00:00:01.000Z')
    const nonsense = await runLatchkey(['token', 'decode', 'a.b.c'])
    expect(nonsense).toMatchObject({ code: 1, stdout: '' })
    expectSentence(nonsense)
  })

  test('shows a refresh token without its secret, and verify tells whether it lives', async () => {
    const { browser, databaseUrl } = await createTestLatchkey({ realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const body = { email: 'ada@example.com', password, tokenDelivery: 'body' }
    const reply = await browser().post<{ refreshToken: string; session: { id: string } }>('/register', body)
    const { refreshToken, session } = reply.body
    const decoded = await runLatchkey(['token', 'decode', refreshToken, '--json'])
    expect(parsed(decoded)).toEqual({
      kind: 'refresh_token',
      version: 1,
      keyId: expect.any(Number) as unknown,
      sessionId: session.id,
      generation: 0,
    })
    const verified = await runLatchkey(['token', 'verify', refreshToken, '--json'], { env })
    expect(parsed(verified)).toMatchObject({ valid: true, sessionId: session.id, generation: 0 })
    const forged = `${refreshToken.slice(0, -1)}${refreshToken.endsWith('A') ? 'B' : 'A'}`
    const refused = await runLatchkey(['token', 'verify', forged, '--json'], { env })
    expect(refused.code).toBe(1)
    expect(parsed(refused)).toMatchObject({ valid: false, code: 'refresh_token_invalid' })
  })
})

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
    const { port } = server.address() as AddressInfo
    for (const place of [`127.0.0.1:${port}`, '127.0.0.1:1']) {
      const run = await runLatchkey(['doctor', '--json'], { env: { ...env, SMTP_URL: `smtp://${place}` } })
      expect([run.code, statusOf(run, 'mail server')]).toEqual([1, 'fail'])
    }
  })

  test('asks for a fence after a restore, until one was raised', async () => {
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
      remedy: expect.stringContaining('sessions fence --before') as unknown,
    })
    const before = finding!.remedy!.split('--before ')[1]!
    expect(await runLatchkey(['sessions', 'fence', '--before', before], restored)).toMatchObject({ code: 0 })
    expect(statusOf(await runLatchkey(['doctor', '--json'], restored), 'restore')).toBe('ok')
  })

  interface Finding {
    check: string
    status: string
    remedy?: string
  }

  const findings = (run: Run): Finding[] => parsed<{ findings: Finding[] }>(run).findings
  const statusOf = (run: Run, check: string) =>
    findings(run).find((finding) => finding.check === check)?.status
})

describe('faults are one sentence', () => {
  test.each([
    ['an address that is none', 'mysql://localhost/x', 3],
    ['a server that is not there', 'postgres://a:b@127.0.0.1:1/x', 4],
    ['a host that is not there', 'postgres://a:b@host.invalid/x', 4],
  ])('%s', async (_, DATABASE_URL, code) => {
    const run = await runLatchkey(['users', 'find'], { env: { ...inFolder().env, DATABASE_URL } })
    expect(run.code).toBe(code)
    expectSentence(run)
  })

  test('a PostgreSQL database or password that is wrong', async () => {
    const url = new URL(inject('postgresUrl'))
    url.pathname = '/not_there'
    const missing = await runLatchkey(['migrate'], { env: { DATABASE_URL: url.href } })
    expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('no database of this name')])
    url.password = 'hunter2'
    const locked = await runLatchkey(['migrate'], { env: { DATABASE_URL: url.href } })
    expect(locked.code).toBe(4)
    expect(locked.stderr).not.toContain('hunter2')
    expectSentence(locked)
  })

  test('no database yet, a damaged file, and a folder that is a file', async () => {
    const none = await runLatchkey(['users', 'find'], inFolder())
    expect(none.code).toBe(4)
    expectSentence(none)

    const { env } = inFolder()
    mkdirSync(env.LATCHKEY_DATA, { mode: 0o700 })
    writeFileSync(
      join(env.LATCHKEY_DATA, 'latchkey.sqlite'),
      'not a database at all, and longer than a header'.repeat(50),
    )
    for (const words of [['migrate'], ['users', 'find'], ['doctor']]) {
      const run = await runLatchkey(words, { env })
      expect([words, run.code]).toEqual([words, words[0] === 'doctor' ? 1 : 4])
      if (words[0] !== 'doctor') expectSentence(run)
    }

    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const inFile = await runLatchkey(['migrate'], { env: { LATCHKEY_DATA: file } })
    expect(inFile.code).toBe(4)
    expectSentence(inFile)
    const secretInFile = await runLatchkey(['serve'], { env: { LATCHKEY_DATA: file, PORT: '0' } })
    expect(secretInFile.code).toBe(3)
    expectSentence(secretInFile)
  })

  test('a damaged page in the middle', async () => {
    const { env } = await migrated()
    const file = join(env.LATCHKEY_DATA, 'latchkey.sqlite')
    const bytes = readFileSync(file)
    bytes.fill(0xff, 4096)
    writeFileSync(file, bytes)
    const run = await runLatchkey(['users', 'find'], { env })
    expect(run.code).toBe(4)
    expectSentence(run)
  })

  test('a file that another program holds locked', async () => {
    const { env } = await migrated()
    const db = new DatabaseSync(join(env.LATCHKEY_DATA, 'latchkey.sqlite'))
    db.exec('BEGIN EXCLUSIVE')
    onTestFinished(() => db.close())
    const run = await runLatchkey(['users', 'create', '--email', 'x@example.com', '--generate'], { env })
    expect([run.code, run.stderr]).toEqual([4, expect.stringContaining('locked by another process')])
    expectSentence(run)
  })
})

interface Folder extends RunOptions {
  env: { LATCHKEY_DATA: string }
}

/** An environment whose data folder is not there yet. */
const inFolder = (): Folder => ({ env: { LATCHKEY_DATA: join(temporaryFolder(), 'data') } })

async function migrated(): Promise<Folder> {
  const folder = inFolder()
  expect(await runLatchkey(['migrate'], folder)).toMatchObject({ code: 0 })
  return folder
}

function parsed<Shape = unknown>({ stdout, stderr }: Run): Shape {
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Shape
}

/** Something for a person to read: no stack, nothing of the program's insides. */
function expectSentence({ stderr }: Run): void {
  expect(stderr.trim()).not.toBe('')
  expect(stderr).not.toMatch(/^\s+at |node:internal|\.ts:\d|unexpected went wrong|\[object/m)
}
