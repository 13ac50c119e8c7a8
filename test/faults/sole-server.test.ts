import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DatabaseUnavailable } from '../../packages/server/src/db/database.ts'
import { must } from '#test/support/must.ts'
import { newFolder } from '#test/support/new-database.ts'
import { runLatchkey } from '#test/support/run-latchkey.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'

test('a second server on a SQLite file does not start, and says who has it; commands work beside the first', async () => {
  const env = await createInstallation('sqlite')
  const first = await startServer(env)
  await signUp(first.url, 'ada@example.com')
  const link = join(newFolder(), 'link.sqlite')
  symlinkSync(must(env['DATABASE_URL']).replace('sqlite:', ''), link)
  for (const databaseUrl of [must(env['DATABASE_URL']), `sqlite:${link}`]) {
    const refused = await runLatchkey(['serve'], { env: { ...env, DATABASE_URL: databaseUrl } })
    expect([refused.code, refused.stdout]).toEqual([4, ''])
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
    expect(refused.stderr).toContain(`process ${first.child.pid} on `)
    const embedded = createTestLatchkey({ databaseUrl })
    await expect(embedded).rejects.toThrow(DatabaseUnavailable)
    await expect(embedded).rejects.toThrow(`process ${first.child.pid} on `)
  }
  for (const words of [
    ['migrate'],
    ['users', 'find', '--search', 'ada'],
    ['sessions', 'list', '--user', 'ada@example.com'],
    ['doctor'],
    ['backup', join(newFolder(), 'backup.sqlite')],
  ]) {
    const { code, stderr } = await runLatchkey(words, { env })
    expect([words, code, stderr]).toEqual([words, 0, ''])
  }
  expect((await send(first.url, '/readyz')).status).toBe(200)
})

test('the place is free with the end of the process, however it ends', async () => {
  const env = await createInstallation('sqlite')
  await (await startServer(env)).kill()
  const second = await startServer(env)
  expect((await send(second.url, '/readyz')).status).toBe(200)
  expect(await second.stop()).toBe(0)
  const third = await createTestLatchkey({ databaseUrl: must(env['DATABASE_URL']) })
  // Several instances in one process are as good as one.
  const fourth = await createTestLatchkey({ databaseUrl: must(env['DATABASE_URL']) })
  await third.latchkey.close()
  expect((await runLatchkey(['serve'], { env })).stderr).toContain(`process ${process.pid} on `)
  await fourth.latchkey.close()
  await startServer(env)
})

test('of servers that start together on a SQLite file one does', async () => {
  const env = await createInstallation('sqlite')
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => startServer(env)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('another server has')
})
