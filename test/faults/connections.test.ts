import { Agent } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { connections, createInstallation, send, startServer } from '#test/support/server-process.ts'
import { openBalancer } from '#test/support/balancer.ts'

/** Returns the server's answer to these bytes, and when it has closed the connection. */
async function speak(url: string, bytes: string): Promise<{ answer: string; seconds: number }> {
  const { hostname, port } = new URL(url)
  const startedAt = performance.now()
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(bytes)
  const answer = await text(socket).catch(() => '')
  return { answer, seconds: (performance.now() - startedAt) / 1000 }
}

const body = 'content-type: application/json\r\ncontent-length: 100\r\n\r\n'

test('a client that sends slowly is let go within ten seconds, whatever it holds back (ASVS V15.2.2)', async () => {
  const server = await startServer(await createInstallation('sqlite'))
  const slow = {
    nothing: '',
    'half a line': 'POST /api/auth/lo',
    'half a header': 'POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\nx-a: ',
    'half a body': `POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\n${body}{"email": `,
    'half a form': `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nemail=`,
    'half a chunk':
      'POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{',
  }
  const ends = await Promise.all(
    Object.entries(slow).map(async ([kind, bytes]) => ({ kind, ...(await speak(server.url, bytes)) })),
  )
  // A busy machine is given a little more than the ten.
  for (const { kind, seconds } of ends) expect(seconds, kind).toBeLessThan(12)
  for (const { kind, answer } of ends) expect(answer, kind).toMatch(/^HTTP\/1\.1 408 |^$/)
}, 60_000)

test('what never becomes a request is answered with the headers of every answer', async () => {
  const server = await startServer(await createInstallation('sqlite'))
  const malformed: [status: number, bytes: string][] = [
    [400, 'GET / HTTP/9.9\r\n\r\n'],
    [400, 'nonsense\r\n\r\n'],
    [400, 'GET / HTTP/1.1\r\n\r\n'],
    [400, `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`],
    [417, `POST / HTTP/1.1\r\nhost: a\r\nexpect: miracles\r\n${body}`],
    [431, `GET / HTTP/1.1\r\nhost: a\r\nx-a: ${'a'.repeat(70_000)}\r\n\r\n`],
  ]
  for (const [status, bytes] of malformed) {
    const { answer } = await speak(server.url, bytes)
    // Only the first answer: when the connection ends, another one may follow.
    const [line = '', ...headers] = firstOf(answer.split('\r\n\r\n', 1)).split('\r\n')
    expect(line).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    for (const header of [
      'cache-control: no-store',
      "content-security-policy: default-src 'none'; frame-ancestors 'none'",
      'referrer-policy: no-referrer',
      'x-content-type-options: nosniff',
      'connection: close',
    ])
      expect(headers, `${status} ${bytes.slice(0, 40)}`).toContain(header)
  }
})

test('what has no address is answered with the headers of every answer', async () => {
  const server = await startServer(await createInstallation('sqlite'))
  const unreadable = [
    'GET /sign-in HTTP/1.1\r\nhost: a b\r\n',
    'GET /sign-in HTTP/1.1\r\nhost: [\r\n',
    'GET /sign-in HTTP/1.1\r\nhost: user:password@example.com\r\n',
    'GET /sign-in HTTP/1.1\r\nhost: example.com/path?\r\n',
    'GET http:// HTTP/1.1\r\nhost: a\r\n',
    'OPTIONS * HTTP/1.1\r\nhost: a\r\n',
  ]
  for (const bytes of unreadable) {
    const { answer } = await speak(server.url, `${bytes}connection: close\r\n\r\n`)
    const [head = '', text = ''] = answer.split('\r\n\r\n')
    expect(head, bytes).toMatch(/^HTTP\/1\.1 400 /)
    expect(head.toLowerCase().split('\r\n'), bytes).toEqual(
      expect.arrayContaining([
        'cache-control: no-store',
        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        'referrer-policy: no-referrer',
        'x-content-type-options: nosniff',
      ]),
    )
    expect(text, bytes).toContain('"code":"invalid_input"')
  }
})

test('connections beyond the limit are closed as they come, and those that are there go on', async () => {
  const server = await startServer(await createInstallation('sqlite', { MAX_CONNECTIONS: '10' }))
  const agent = connections(1)
  expect((await send(server.url, '/livez', { agent })).status).toBe(200)
  const crowd = Array.from({ length: 30 }, () => speak(server.url, 'GET /livez HTTP/1.1\r\nhost: a\r\nx'))
  const refused = await Promise.race([
    Promise.any(crowd),
    new Promise((resolve) => setTimeout(resolve, 5000)),
  ])
  expect(refused).toMatchObject({ answer: '' })
  expect((await send(server.url, '/livez', { agent })).status).toBe(200)
})

test('together all networks have as many connections as there may be', async () => {
  const env = { MAX_CONNECTIONS: '10', HOST: '127.0.0.1' }
  const server = await startServer(await createInstallation('sqlite', env))
  const url = server.url.replace('localhost', '127.0.0.1')
  const ask = (network: number) =>
    send(url, '/livez', { agent: new Agent({ localAddress: `127.0.0.${network}`, keepAlive: false }) }).then(
      ({ status }) => status,
      () => 0,
    )
  expect(await ask(3)).toBe(200)
  for (const network of [1, 2])
    for (let count = 0; count < 5; count++) {
      const localAddress = `127.0.0.${network}`
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress })
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => {})
      socket.write('GET /livez HTTP/1.1\r\nhost: a\r\nx')
    }
  await expect.poll(() => ask(3), { timeout: 4000, interval: 100 }).toBe(0)
})

test('of the connections one network takes half, and others find the rest; a trusted proxy takes all', async () => {
  const from = (localAddress: string) => new Agent({ localAddress, keepAlive: false })
  for (const [proxies, isProxy] of [
    ['', false],
    ['127.0.0.1', true],
  ] as const) {
    const env = { MAX_CONNECTIONS: '20', HOST: '127.0.0.1', ...(isProxy && { TRUSTED_PROXIES: proxies }) }
    const server = await startServer(await createInstallation('sqlite', env))
    const url = server.url.replace('localhost', '127.0.0.1')
    // Each holds a connection by the half of a header.
    const sockets = Array.from({ length: 18 }, () => {
      const socket = connect({
        port: Number(new URL(url).port),
        host: '127.0.0.1',
        localAddress: '127.0.0.1',
      })
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => {})
      socket.write('GET /livez HTTP/1.1\r\nhost: a\r\nx')
      return socket
    })
    const closed = () => sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length
    for (const socket of sockets) socket.resume()
    if (!isProxy) await expect.poll(closed, { timeout: 5000 }).toBe(8)
    const neighbour = send(url, '/livez', { agent: from('127.0.0.1') }).then(({ status }) => status)
    if (isProxy) expect(await neighbour).toBe(200)
    else await expect(neighbour).rejects.toThrow()
    expect((await send(url, '/livez', { agent: from('127.0.0.2') })).status).toBe(200)
    for (const socket of sockets) socket.destroy()
    // A client that leaves makes room for the next one of its network.
    const again = () => send(url, '/livez', { agent: from('127.0.0.1') })
    await expect
      .poll(
        () =>
          again().then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 5000 },
      )
      .toBe(200)
  }
})

test('a second signal within ten seconds cuts nothing off', async () => {
  const server = await startServer(await createInstallation('sqlite', { SHUTDOWN_NOTICE: '2s' }))
  const stopped = server.stop()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    server.child.kill(signal)
  }
  // On a new connection as well: who passes requests on has not noticed yet.
  const answer = await send(server.url, '/api/auth/login', {
    body: { email: 'a@example.com', password: 'wrong one' },
    agent: connections(1),
  })
  expect(answer.status).toBe(401)
  // And on a connection that is to be the last of its client here.
  expect(answer.headers['connection']).toBe('close')
  expect((await send(server.url, '/readyz')).status).toBe(503)
  expect(await stopped).toBe(0)
})

test('two nodes are restarted one after the other under load, and no request fails', async () => {
  const env = await createInstallation('postgres', { SHUTDOWN_NOTICE: '2s', LIMIT_SCALE: '1000' })
  const nodes = [await startServer(env), await startServer(env)]
  const proxy = await openBalancer()
  // One request for each connection: a reused one may be closed by any server at any moment (RFC 9112 §9.5).
  const agent = new Agent({ keepAlive: false })
  const over = new AbortController()
  const looking = look()
  const seen: Record<string, number> = {}
  const load = Array.from({ length: 4 }, () => ask())

  for (const index of [0, 1]) {
    const code = await must(nodes[index]).stop()
    expect(code).toBe(0)
    nodes[index] = await startServer(env)
    await expect.poll(async () => (await send(must(nodes[index]).url, '/readyz')).status).toBe(200)
    // The proxy has looked, too.
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  over.abort()
  await Promise.all([looking, ...load])
  expect(Object.keys(seen)).toEqual(['200', '401'])
  expect(seen['200']).toBeGreaterThan(20)

  /** As a load balancer does, several times a second. */
  async function look(): Promise<void> {
    while (!over.signal.aborted) {
      const states = await Promise.all(
        nodes.map(async ({ url }) => ({
          url,
          isReady: (await send(url, '/readyz').catch(() => ({ status: 0 }))).status === 200,
        })),
      )
      const ready = states.filter(({ isReady }) => isReady).map(({ url }) => url)
      if (ready.length > 0) proxy.passTo(ready)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  async function ask(): Promise<void> {
    await expect
      .poll(() =>
        send(proxy.url, '/livez', { agent }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200)
    while (!over.signal.aborted) {
      const wrong = { email: 'nobody@example.com', password: 'not the password' }
      for (const request of [
        () => send(proxy.url, '/.well-known/jwks.json', { agent }),
        () => send(proxy.url, '/api/auth/login', { body: wrong, agent }),
      ]) {
        const status = await request().then((reply) => String(reply.status), String)
        seen[status] = (seen[status] ?? 0) + 1
      }
    }
  }
}, 120_000)
