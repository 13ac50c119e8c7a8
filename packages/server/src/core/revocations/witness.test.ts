import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDatabase, newFolder } from '#test/support/new-database.ts'
import { parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import { createTestLatchkey, testSecret } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'

const events = statement(`SELECT detail FROM audit_event WHERE kind = 'revocations.lost'`)

async function start() {
  const folder = newFolder()
  const databaseUrl = await newDatabase('sqlite', folder)
  const file = join(folder, 'test.sqlite')
  const env = {
    LATCHKEY_DATA: folder,
    LATCHKEY_SECRET: testSecret,
    DATABASE_URL: databaseUrl,
    NODE_ENV: 'test',
  }
  return {
    file,
    open: () => createTestLatchkey({ databaseUrl }),
    doctor: async () =>
      parsed<{ findings: { check: string; status: string; sentence: string }[] }>(
        await runLatchkey(['doctor', '--json'], { env }),
      ),
  }
}

test('an empty database where there was one is refused, and the sentence says what to do', async () => {
  const { file, open, doctor } = await start()
  await (await open()).latchkey.close()
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  for (const sentence of ['is gone', 'is empty']) {
    const { findings } = await doctor()
    expect(findings.find(({ check }) => check === 'database')).toMatchObject({
      status: 'fail',
      sentence: expect.stringContaining(sentence) as string,
    })
    writeFileSync(file, '')
  }
  await expect(open()).rejects.toThrow(/is empty, and .*\.witness says that there was one.*-wal.*backup/)
  rmSync(`${file}.witness`)
  await open()
})

test('a database whose log ends earlier than it did raises the alarm, once', async () => {
  const { file, open, doctor } = await start()
  const log = async () => (await doctor()).findings.find(({ check }) => check === 'revocation log')
  const first = await open()
  const ada = first.browser()
  await ada.register()
  await first.latchkey.services.db.checkpoint()
  copyFileSync(file, `${file}.copy`)
  expect((await ada.post('/logout')).status).toBe(204)
  await first.latchkey.close()
  expect(await log()).toMatchObject({ status: 'ok' })
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
  copyFileSync(`${file}.copy`, file)
  expect(await log()).toMatchObject({
    status: 'warn',
    sentence: expect.stringContaining('from 1 to 0') as string,
  })
  for (const times of [1, 1]) {
    const { latchkey } = await open()
    const told = await latchkey.services.db.all<{ detail: string }>(events)
    expect(told.map(({ detail }) => JSON.parse(detail) as unknown)).toEqual(
      Array.from({ length: times }, () => ({ before: 1, now: 0 })),
    )
    await latchkey.close()
    // The server has told it; nobody has done anything about it.
    expect(await log()).toMatchObject({
      status: 'warn',
      sentence: expect.stringContaining('no session was ended for it') as string,
    })
  }
})
