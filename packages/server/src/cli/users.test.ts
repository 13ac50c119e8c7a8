import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../db/open-database.ts'
import { statement } from '../db/statement.ts'
import { expectSentence, migrated, parsed, runLatchkey } from '#test/support/run-latchkey.ts'

const bcryptHash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
const password = 'nine purple otters sing'

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

  test('who have lost their second factors are let in again, with a reason that is kept', async () => {
    const { env } = await migrated()
    await runLatchkey(['users', 'create', '--email', 'ada@example.com'], { env, input: password })
    const reset = (...words: string[]) => runLatchkey(['users', 'reset-factors', ...words], { env })
    const silent = await reset('ada@example.com', '--reason', ' ')
    expect([silent.code, silent.stderr.includes('--reason')]).toEqual([2, true])
    const done = await reset('ada@example.com', '--reason', 'Lost phone', '--json')
    expect(parsed(done)).toMatchObject({ user: { email: 'ada@example.com' } })
    const database = openDatabase(`sqlite:${env.LATCHKEY_DATA}/latchkey.sqlite`)
    const rows = await database.all<{ kind: string; detail: string }>(
      statement(`SELECT kind, detail FROM audit_event WHERE kind = 'factor.reset'`),
    )
    await database.close()
    expect(rows).toEqual([{ kind: 'factor.reset', detail: '{"by":"command line","reason":"Lost phone"}' }])
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
