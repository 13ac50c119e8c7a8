import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inFolder, parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import { testSecret } from '#test/support/test-latchkey.ts'

describe('settings', () => {
  test('config check names every fault and no secret', async () => {
    const env = { PORT: 'x', LATCHKEY_SECRET: 'hunter2', NODE_ENV: 'production' }
    const run = await runLatchkey(['config', 'check'], { env })
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(/PORT[^]*LATCHKEY_SECRET/)
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
