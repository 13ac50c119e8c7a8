import { access } from 'node:fs/promises'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { postgresUrl } from './on-demand.ts'
import { createDatabase, startPostgres } from './postgres.ts'

test.each(['fast', 'immediate'] as const)(
  'data outlives a stop (%s) and a start, on the same address',
  async (mode) => {
    const server = await startPostgres()
    onTestFinished(() => server.remove())
    await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const firstPid = server.pid

    await server.stop(mode)
    expect(server.pid).toBeUndefined()
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')

    await server.start()
    expect(server.pid).not.toBe(firstPid)
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  },
)

test('removing a server deletes its data folder', async () => {
  const server = await startPostgres()
  await server.remove()
  await expect(access(server.dataFolder)).rejects.toThrow('ENOENT')
})

test('databases of one server are apart, and drop even while in use', async () => {
  const [one, two] = await Promise.all([
    createDatabase(await postgresUrl()),
    createDatabase(await postgresUrl()),
  ])
  onTestFinished(() => two.drop())
  await query(one.url, 'CREATE TABLE here AS SELECT 1')
  await expect(query(two.url, 'SELECT * FROM here')).rejects.toThrow('does not exist')

  const client = new Client({ connectionString: one.url })
  client.on('error', () => {}) // the server cuts this connection
  await client.connect()
  await one.drop()
  await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
})

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
