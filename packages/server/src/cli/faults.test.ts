import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  expectSentence,
  inFolder,
  migrated,
  runLatchkey,
  temporaryFolder,
} from '#test/support/run-latchkey.ts'
import { postgresUrl } from '#test/support/on-demand.ts'

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
    const url = new URL(await postgresUrl())
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
