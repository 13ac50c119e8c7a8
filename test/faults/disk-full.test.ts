import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { minutes } from '@latchkey/contract'
import { expect, onTestFinished, test } from 'vitest'
import { statement } from '../../packages/server/src/db/statement.ts'
import { must } from '#test/support/must.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'

/** However slow the machine: what is waited for comes with a look at it. */
const patience = 50_000

test('a full disk is a 503 that loses nothing, and the server goes on when there is room again', async () => {
  const { browser, latchkey, clock } = await createTestLatchkey({ limitScale: 1000 })
  const { db } = latchkey.services
  const tab = browser()
  await tab.register()
  // From the second refresh on a row takes no more room than before.
  for (let turn = 0; turn < 2; turn++) await refreshLater()
  const [present] = await db.all<{ page_count: number }>(statement('PRAGMA page_count'))
  // SQLite then answers SQLITE_FULL, as it does when the file system has no room.
  await db.all(statement(`PRAGMA max_page_count = ${must(present).page_count}`))

  const registered: string[] = []
  let refusal = await browser().post('/register', {
    email: 'user-0@example.com',
    password: 'correct horse battery',
  })
  for (let index = 1; refusal.status === 201 && index < 500; index++) {
    registered.push(`user-${index - 1}@example.com`)
    refusal = await browser().post('/register', {
      email: `user-${index}@example.com`,
      password: 'correct horse battery',
    })
  }
  expect([refusal.status, refusal.code]).toEqual([503, 'unavailable'])
  expect(refusal.headers.get('retry-after')).toBe('1')
  expect((await tab.send('/livez')).status).toBe(200)
  await refreshLater()

  await db.all(statement('PRAGMA max_page_count = 1000000'))
  for (const email of registered) expect((await browser().login(email)).status).toBe(200)
  const again = await browser().post('/register', {
    email: 'late@example.com',
    password: 'correct horse battery',
  })
  expect(again.status).toBe(201)

  async function refreshLater(): Promise<void> {
    clock.advance(minutes(1))
    expect((await tab.refresh()).status).toBe(200)
  }
})

/** A file system of its own that can be filled; null where this user may mount none, which is said aloud. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0777', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    process.stderr.write(
      'No file system can be mounted: the test of a full disk under PostgreSQL is SKIPPED\n',
    )
    return null
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

test('a full disk under PostgreSQL is a 503 with its reason, and the server goes on when there is room again', async (context) => {
  const disk = mountSmallDisk()
  if (disk === null) return context.skip()
  const usual = process.env['TMPDIR']
  process.env['TMPDIR'] = disk
  const postgres = await startPostgres({ settings: { max_wal_size: '64MB' } }).finally(() => {
    if (usual === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = usual
  })
  onTestFinished(() => postgres.remove())
  const { url } = await createDatabase(postgres.url)
  const { browser } = await createTestLatchkey({ databaseUrl: url, limitScale: 1000 })
  const tab = browser()
  await tab.register()

  const ballast = join(disk, 'ballast')
  fill(ballast)
  const full = { writing: 'the disk of the PostgreSQL server is full' }
  await expect
    .poll(async () => (await tab.send<{ reasons?: unknown }>('/readyz')).body.reasons, { timeout: patience })
    .toEqual(full)
  expect((await tab.send('/readyz')).status).toBe(503)
  expect((await tab.send('/livez')).status).toBe(200)

  rmSync(ballast)
  await expect.poll(async () => (await tab.send('/readyz')).status, { timeout: patience }).toBe(200)
  expect((await tab.refresh()).status).toBe(200)
  expect((await browser().login()).status).toBe(200)
})

/** Until nothing more fits, whatever else is written meanwhile. */
function fill(file: string): void {
  const piece = Buffer.alloc(65_536)
  try {
    for (;;) appendFileSync(file, piece)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
