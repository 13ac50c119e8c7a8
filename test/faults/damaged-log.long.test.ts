import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

const metricsToken = 'a-token-for-metrics-9vKq2Lw8Zt4xBn7cRy'

interface Found {
  findings: { check: string; status: string }[]
}

test(
  'two damaged bytes of the write-ahead log that undo log-outs are said at the next start, by the witness beside the file',
  { timeout: 120_000 },
  async () => {
    const env = await createInstallation('sqlite', { METRICS_TOKEN: metricsToken })
    const file = must(env['DATABASE_URL']).replace('sqlite:', '')
    const server = await startServer(env)
    const people = []
    for (const name of ['ada', 'bea', 'cy']) people.push(await signUp(server.url, `${name}@example.com`))
    const { size } = statSync(`${file}-wal`)
    for (const { accessToken } of people) {
      const headers = { authorization: `Bearer ${accessToken}` }
      expect((await send(server.url, '/api/auth/logout', { method: 'POST', headers })).status).toBe(204)
    }
    const witnessed = () => (JSON.parse(readFileSync(`${file}.witness`, 'utf8')) as { seq: number }).seq
    await expect.poll(witnessed, { timeout: 20_000 }).toBe(3)
    await server.kill()
    const log = readFileSync(`${file}-wal`)
    // In the first page that came after the sign-ups: SQLite takes what follows for torn.
    for (const at of [size + 200, size + 201]) log[at]! ^= 0xff
    writeFileSync(`${file}-wal`, log)

    const again = await startServer(env)
    await expect.poll(() => again.output(), { timeout: 20_000 }).toContain('the database lacks revocations')
    const { findings } = parsed<Found>(await runLatchkey(['doctor', '--json'], { env }))
    expect(findings.find(({ check }) => check === 'revocation log')).toMatchObject({ status: 'warn' })
    expect(
      (await send(again.url, '/metrics', { headers: { authorization: `Bearer ${metricsToken}` } })).body[
        'text'
      ],
    ).toMatch(/^latchkey_revocation_log_losses 1$/m)
  },
)
