import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type Server } from 'node:net'
import { milliseconds } from '@latchkey/contract'
import { expect, onTestFinished, test } from 'vitest'
import { createOutgoing, type OutgoingError } from './outgoing.ts'
import { isPublicAddress } from './public-address.ts'
import { portOf } from '#test/support/listen.ts'

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::a00:1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '4000::1',
  'example.com',
  '',
])('%s is called on behalf of nobody (ASVS V1.3.6)', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'])(
  '%s is an address of the public network',
  (address) => expect(isPublicAddress(address)).toBe(true),
)

test.each([
  ['a name of this machine', (port: number) => `https://localhost:${port}/`],
  ['its address', (port: number) => `https://127.0.0.1:${port}/`],
  ['the same in hexadecimal', (port: number) => `https://0x7f.1:${port}/`],
  ['the same as a number', (port: number) => `https://2130706433:${port}/`],
  ['in IPv6', (port: number) => `https://[::1]:${port}/`],
  ['mapped', (port: number) => `https://[::ffff:127.0.0.1]:${port}/`],
  ['metadata of a cloud', () => 'https://169.254.169.254/latest/meta-data/'],
  ['plain http', (port: number) => `http://localhost:${port}/`],
  ['a file', () => 'file:///etc/passwd'],
  ['a password', (port: number) => `https://a:b@localhost:${port}/`],
  ['no address', () => 'nowhere'],
])('nothing private is reached: %s', async (_, address) => {
  let reached = 0
  const server = createServer(() => reached++)
  const port = await listening(server)
  const { fetch } = createOutgoing({ privateHosts: [], allowsHttp: true })
  expect(await faultOf(fetch(address(port)))).toBe('forbidden')
  expect(reached).toBe(0)
})

test('a listed host is reached, on the listed port alone', async () => {
  const port = await listening(answering((_, response) => response.end('hello')))
  const other = await listening(answering((_, response) => response.end('hello')))
  const { fetch } = createOutgoing({ privateHosts: [`localhost:${port}`], allowsHttp: true })
  expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe('hello')
  expect(await faultOf(fetch(`http://localhost:${other}/`))).toBe('forbidden')
  const strict = createOutgoing({ privateHosts: [`localhost:${port}`], allowsHttp: false })
  expect(await faultOf(strict.fetch(`http://localhost:${port}/`))).toBe('forbidden')
})

test('a redirect is an answer, and is not followed', async () => {
  let asked = 0
  const port = await listening(
    answering((_, response) => {
      asked++
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    }),
  )
  const answer = await open().fetch(`http://localhost:${port}/`)
  expect([answer.status, asked]).toEqual([302, 1])
})

test('an answer is bounded in time, size and headers, and is not unpacked', async () => {
  const endless: RequestListener = (_, response) => {
    const chunk = Buffer.alloc(65_536, 'x')
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }
  const cases: [RequestListener, string][] = [
    [endless, 'too_large'],
    [() => {}, 'too_slow'],
    [(_, response) => void response.writeHead(200).write('{'), 'too_slow'],
    [(_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), 'unreachable'],
    [(_, response) => response.writeHead(200, { filler: 'x'.repeat(20_000) }).end('x'), 'unreachable'],
    [(_, response) => void response.socket?.destroy(), 'unreachable'],
  ]
  for (const [answer, fault] of cases) {
    const port = await listening(answering(answer))
    const asked = open().fetch(`http://localhost:${port}/`, { patience: milliseconds(500) })
    expect(await faultOf(asked.then((response) => response.text()))).toBe(fault)
  }
})

const open = () => createOutgoing({ privateHosts: ['localhost'], allowsHttp: true })

function answering(answer: RequestListener): Server {
  return createHttpServer(answer)
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve))
  onTestFinished(() => {
    if ('closeAllConnections' in server) (server as ReturnType<typeof createHttpServer>).closeAllConnections()
    server.close()
  })
  return portOf(server)
}

const faultOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'none',
    (error: OutgoingError) => error.fault,
  )
