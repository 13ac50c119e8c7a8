import { expect, test } from 'vitest'
import { statement } from '../../packages/server/src/db/statement.ts'
import { createTestLatchkey } from '../support/test-latchkey.ts'

test('a full disk is a 503 that loses nothing, and the server goes on when there is room again', async () => {
  const { browser, latchkey } = await createTestLatchkey({ limitScale: 1000 })
  const { db } = latchkey.parts
  const tab = browser()
  await tab.register()
  const [present] = await db.all<{ page_count: number }>(statement('PRAGMA page_count'))
  // SQLite then answers SQLITE_FULL, as it does when the file system has no room.
  await db.all(statement(`PRAGMA max_page_count = ${present!.page_count}`))

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
  expect((await tab.refresh()).status).toBe(200)

  await db.all(statement('PRAGMA max_page_count = 1000000'))
  for (const email of registered) expect((await browser().login(email)).status).toBe(200)
  const again = await browser().post('/register', {
    email: 'late@example.com',
    password: 'correct horse battery',
  })
  expect(again.status).toBe(201)
})
