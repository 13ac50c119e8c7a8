import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDatabase, newFolder } from '../../../../../test/support/new-database.ts'
import { createTestLatchkey } from '../../../../../test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'

const events = statement(`SELECT detail FROM audit_event WHERE kind = 'revocations.lost'`)

async function start() {
  const folder = newFolder()
  const databaseUrl = await newDatabase('sqlite', folder)
  const file = join(folder, 'test.sqlite')
  return { file, open: () => createTestLatchkey({ databaseUrl }) }
}

test('an empty database where there was one is refused, and the sentence says what to do', async () => {
  const { file, open } = await start()
  await (await open()).latchkey.close()
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  await expect(open()).rejects.toThrow(/is empty, and .*\.witness says that there was one.*-wal.*backup/)
  rmSync(`${file}.witness`)
  await open()
})

test('a database whose log ends earlier than it did raises the alarm, once', async () => {
  const { file, open } = await start()
  const first = await open()
  const ada = first.browser()
  await ada.register()
  await first.latchkey.parts.db.checkpoint()
  copyFileSync(file, `${file}.copy`)
  expect((await ada.post('/logout')).status).toBe(204)
  await first.latchkey.close()
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
  copyFileSync(`${file}.copy`, file)
  for (const times of [1, 1]) {
    const { latchkey } = await open()
    await latchkey.parts.audit.flush()
    const told = await latchkey.parts.db.all<{ detail: string }>(events)
    expect(told.map(({ detail }) => JSON.parse(detail) as unknown)).toEqual(
      Array.from({ length: times }, () => ({ before: 1, now: 0 })),
    )
    await latchkey.close()
  }
})
