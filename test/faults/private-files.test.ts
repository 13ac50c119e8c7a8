import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFolder } from '#test/support/new-database.ts'
import { signUp, startServer } from '#test/support/server-process.ts'

test('what a server keeps is for its user alone, in a folder that others can enter as well (ASVS V14.2.4)', async () => {
  const folder = join(newFolder(), 'data')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  const server = await startServer({ LATCHKEY_DATA: folder, PORT: '0', LOG_LEVEL: 'error' })
  await signUp(server.url, 'ada@example.com')
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777])
  expect(modes.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'latchkey.sqlite',
      'latchkey.sqlite-server',
      'latchkey.sqlite-shm',
      'latchkey.sqlite-wal',
      'secret',
    ]),
  )
  expect(modes).toEqual(modes.map(([name]) => [name, 0o600]))
})
