import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf } from '#test/support/must.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import { createProxy } from '#test/support/proxy.ts'
import {
  createInstallation,
  send,
  type ServerProcess,
  type SignedUp,
  signUp,
  startServer,
} from '#test/support/server-process.ts'

const password = 'correct horse battery'
const many = 5000

/** As many sessions more of whoever has one, as after as many log-ins. */
async function multiply(url: string, sessionId: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'session' AND column_name <> 'id'`,
    )
    const columns = rows.map(({ name }) => name).join(', ')
    await client.query(
      `INSERT INTO session (id, ${columns}) SELECT decode(md5(n::text), 'hex'), ${columns}
         FROM session, generate_series(1, ${many}) AS n WHERE id = decode($1, 'hex')`,
      [sessionId.replaceAll('-', '')],
    )
    await client.query('ANALYZE session')
  } finally {
    await client.end()
  }
}

const bearer = ({ accessToken }: SignedUp) => ({ authorization: `Bearer ${accessToken}` })

async function timed(work: () => Promise<{ status: number }>): Promise<{ status: number; took: number }> {
  const startedAt = performance.now()
  const { status } = await work()
  return { status, took: performance.now() - startedAt }
}

const worst = (answers: readonly { took: number }[]): number =>
  Math.round(Math.max(...answers.map(({ took }) => took)))

/** Log-outs of some, while others ask who they are; until `done`. */
async function goOn(
  { url }: ServerProcess,
  leaving: readonly SignedUp[],
  staying: SignedUp,
  done: () => boolean,
) {
  const logOuts: { status: number; took: number }[] = []
  const reads: { status: number; took: number }[] = []
  const leave = async () => {
    for (const one of leaving) {
      logOuts.push(await timed(() => send(url, '/api/auth/logout', { method: 'POST', headers: bearer(one) })))
    }
  }
  const stay = async () => {
    do reads.push(await timed(() => send(url, '/api/auth/sessions', { headers: bearer(staying) })))
    while (!done() || logOuts.length < leaving.length)
  }
  await Promise.all([leave(), stay()])
  return { logOuts, reads }
}

test.each([1, 5])(
  `with a database %i ms away, somebody with ${many} sessions changes the password: nobody else waits`,
  { timeout: 180_000 },
  async (delay) => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.remove())
    const { url } = await createDatabase(postgres.url)
    const proxy = await createProxy(url)
    const env = { DATABASE_URL: proxy.url, LIMIT_SCALE: '1000', DATABASE_TIMEOUT: '2s' }
    const server = await startServer(await createInstallation('sqlite', env))
    const ada = await signUp(server.url, 'ada@example.com', password)
    await multiply(url, ada.session.id)
    const others: SignedUp[] = []
    for (let index = 0; index < 21; index++) others.push(await signUp(server.url, `${index}@example.com`))
    proxy.delay(delay)
    const quiet = await goOn(server, others.slice(1, 11), firstOf(others), () => true)

    let isDone = false
    const change = async () => {
      const body = { currentPassword: password, newPassword: 'another horse battery' }
      const answer = await timed(() =>
        send(server.url, '/api/auth/change-password', { body, headers: bearer(ada) }),
      )
      isDone = true
      return answer
    }
    const [changed, busy] = await Promise.all([
      change(),
      goOn(server, others.slice(11), firstOf(others), () => isDone),
    ])
    process.stdout.write(
      `${delay} ms away: the change took ${Math.round(changed.took)} ms; the slowest log-out ${worst(busy.logOuts)} ms (quiet ${worst(quiet.logOuts)}), the slowest other answer ${worst(busy.reads)} ms (quiet ${worst(quiet.reads)})\n`,
    )
    expect(changed.status).toBe(204)
    expect(busy.logOuts.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 204))
    for (const { status } of busy.reads) expect(status).toBe(200)
    // One INSERT after another took 13 s at 1 ms.
    for (const each of [changed, ...busy.logOuts, ...busy.reads]) expect(each.took).toBeLessThan(5000)
    const client = new Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query<{ n: string }>(
      `SELECT count(*) AS n FROM session s JOIN user_account u ON u.id = s.user_id
        WHERE u.email = 'ada@example.com' AND s.revoked_at IS NULL`,
    )
    await client.end()
    expect(Number(firstOf(rows).n)).toBeLessThanOrEqual(1)
  },
)
