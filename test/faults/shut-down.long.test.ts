import { expect, test } from 'vitest'
import { connections, createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

const metricsToken = 'a-metrics-token-for-tests-4Xk8Qw2LmN7vR'

test('SIGTERM with 100 requests in flight: each is answered, and the process ends with 0', async () => {
  // One network takes half of the places, and all come from one.
  const room = { LIMIT_SCALE: '100', HASH_QUEUE: '200' }
  const env = await createInstallation('sqlite', { ...room, METRICS_TOKEN: metricsToken })
  const server = await startServer(env)
  await signUp(server.url, 'ada@example.com')
  const agent = connections(100)
  const body = { email: 'ada@example.com', password: 'correct horse battery' }
  const inFlight = Array.from({ length: 100 }, () => send(server.url, '/api/auth/login', { body, agent }))
  // Until all have arrived: what is still on its way to a server that stops may find it gone.
  await expect.poll(() => loginsSeen(server.url), { interval: 10, timeout: 20_000 }).toBe(100)
  const code = server.stop()
  const answers = await Promise.all(inFlight)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await code).toBe(0)
})

/** Answered, being hashed, or waiting to be. */
async function loginsSeen(base: string): Promise<number> {
  const { body } = await send(base, '/metrics', { headers: { authorization: `Bearer ${metricsToken}` } })
  const text = String(body.text)
  const figure = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')[1] ?? 0,
    )
  const answered = figure('latchkey_http_requests_total{route="login",status="200"}')
  return answered + figure('latchkey_hashes_running') + figure('latchkey_hashes_waiting')
}

test('a server that is asked to stop says that it is not ready', async () => {
  const env = await createInstallation('sqlite', { SHUTDOWN_NOTICE: '3s' })
  const server = await startServer(env)
  expect((await send(server.url, '/readyz')).status).toBe(200)
  const held = send(server.url, '/api/auth/revocations?since=0&wait=3')
  await new Promise((resolve) => setTimeout(resolve, 200))
  const stopped = server.stop()
  await expect.poll(async () => (await send(server.url, '/readyz')).status, { interval: 20 }).toBe(503)
  expect((await held).status).toBe(200)
  expect(await stopped).toBe(0)
})

test('what was promised before the stop is done after the next start', async () => {
  const env = await createInstallation('sqlite')
  const first = await startServer(env)
  await signUp(first.url, 'ada@example.com')
  await send(first.url, '/api/auth/forgot-password', { body: { email: 'ada@example.com' } })
  await first.kill()
  const second = await startServer(env)
  const links = async () => {
    const mails = (
      await send(second.url, '/dev/mail?to=ada@example.com', { headers: { accept: 'application/json' } })
    ).body
    return (mails as unknown as { links: string[] }[]).flatMap((mail) => mail.links)
  }
  // The killed worker may have claimed the entry: it comes back when its claim has run out, or was sent already.
  await expect
    .poll(links, { timeout: 150_000, interval: 500 })
    .toSatisfy((all: string[]) => all.some((link) => link.includes('/reset-password')))
}, 180_000)
