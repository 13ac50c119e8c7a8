import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { callbackify } from 'node:util'
import { milliseconds } from '@latchkey/contract'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { resetPassword } from '../../methods/password/mails.ts'
import type { RenderedMail } from './template.ts'
import { isPermanent } from './delivery-error.ts'
import { MailError, smtpTransport, type MailTransport, type SmtpTimes } from './transport.ts'
import { portOf } from '#test/support/listen.ts'

const from = 'Acme <no-reply@acme.example>'
const link =
  'https://auth.acme.example/reset?token=CANARY-abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz'
const mail = resetPassword({ to: 'jane@example.com', appName: 'Acme', link, validFor: milliseconds(900_000) })
const id = '0190f5e0-0000-7000-8000-000000000001'
const open: (() => unknown)[] = []

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

test('a mail arrives as it was rendered, at one recipient', async () => {
  const server = await startServer()
  await connect(server).send(mail, id)
  const [received] = server.received
  expect(received?.recipients).toEqual(['jane@example.com'])
  expect(received?.sender).toBe('no-reply@acme.example')
  expect(received?.email).toMatchObject({
    subject: mail.subject,
    from: { name: 'Acme', address: 'no-reply@acme.example' },
    to: [{ address: 'jane@example.com', name: '' }],
  })
  expect(received?.email.text?.trim()).toBe(mail.text.trim())
  expect(received?.email.html).toContain(link)
  const headers = Object.fromEntries(received?.email.headers.map(({ key, value }) => [key, value]) ?? [])
  expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated' })
  expect(headers['message-id']).toBe(`<${id}@acme.example>`)
})

test('many mails share a few connections', async () => {
  const server = await startServer()
  const transport = connect(server)
  await Promise.all(Array.from({ length: 20 }, () => transport.send(mail, id)))
  expect(server.received).toHaveLength(20)
  expect(server.connections()).toBeLessThanOrEqual(3)
})

test('an international domain is handed over in punycode', async () => {
  // Not with smtp-server, which turns punycode back.
  const lines: string[] = []
  const port = await startSocket((socket) => {
    socket.write('220 hello\r\n')
    socket.on('data', (chunk) => {
      lines.push(...chunk.toString().split('\r\n'))
      socket.write(chunk.toString().startsWith('RCPT') ? '550 seen enough\r\n' : '250 fine\r\n')
    })
  })
  await failure(smtp(`smtp://127.0.0.1:${port}`), { ...mail, to: 'jane@bücher.example' })
  expect(lines).toContain('RCPT TO:<jane@xn--bcher-kva.example>')
})

test.each([
  'a@example.com, b@example.com',
  'a@example.com\r\nRCPT TO:<b@example.com>',
  'Jane <a@example.com>',
  '',
])('the address %j is refused for good, and nothing is sent', async (to) => {
  const server = await startServer()
  expect(isPermanent(await failure(connect(server), { ...mail, to }))).toBe(true)
  expect(server.connections()).toBe(0)
})

test('a line end in a subject begins no header', async () => {
  const server = await startServer()
  await connect(server).send({ ...mail, subject: 'x\r\nBcc: b@example.com\r\n\r\nbody' }, id)
  expect(server.received[0]?.recipients).toEqual(['jane@example.com'])
  expect(server.received[0]?.email.headers.map(({ key }) => key)).not.toContain('bcc')
})

describe('a refusal is permanent only if it is about this mail', () => {
  const refuse = (responseCode: number) => Object.assign(new Error('no'), { responseCode })

  test.each<[string, boolean, SMTPServerOptions]>([
    ['recipient unknown', true, { onRcptTo: (_, __, done) => done(refuse(550)) }],
    ['recipient greylisted', false, { onRcptTo: (_, __, done) => done(refuse(451)) }],
    [
      'text refused',
      true,
      { onData: (stream, _, done) => void stream.resume().on('end', () => done(refuse(554))) },
    ],
    [
      'text refused for now',
      false,
      { onData: (stream, _, done) => void stream.resume().on('end', () => done(refuse(452))) },
    ],
    ['sender refused', false, { onMailFrom: (_, __, done) => done(refuse(550)) }],
    ['client refused', false, { onConnect: (_, done) => done(refuse(554)) }],
  ])('%s: %s', async (_, permanent, options) => {
    const error = await failure(connect(await startServer(options)))
    expect(error).toBeInstanceOf(MailError)
    expect(isPermanent(error)).toBe(permanent)
  })

  test('wrong password: not permanent, and not shown', async () => {
    const server = await startServer({ onAuth: (_, __, done) => done(refuse(535)), authOptional: false })
    const error = await failure(connect(server, 'user:CANARY@'))
    expect(error).toMatchObject({ permanent: false, message: expect.stringContaining('EAUTH') })
    expect(show(error)).not.toContain('CANARY')
  })

  test('what is no MailError is not permanent', () => {
    expect([new Error('x'), { permanent: true }, null, undefined].map(isPermanent)).toEqual(
      Array(4).fill(false),
    )
  })
})

describe('a mail server that does not work costs a bounded time, and is not permanent', () => {
  const quick: SmtpTimes = { answer: milliseconds(300), mail: milliseconds(60_000) }

  test('down', async () => {
    const server = await startServer()
    await server.close()
    expect(await failure(connect(server, '', quick))).toMatchObject({ permanent: false })
  })

  test('accepts and says nothing', async () => {
    const port = await startSocket(() => {})
    expect(await within(10_000, smtp(`smtp://127.0.0.1:${port}`, quick))).toMatchObject({ permanent: false })
  })

  test('hangs up in the middle', async () => {
    const port = await startSocket((socket) => socket.end('220 hello\r\n'))
    expect(await within(10_000, smtp(`smtp://127.0.0.1:${port}`, quick))).toMatchObject({ permanent: false })
  })

  test('takes the text and never answers', async () => {
    const server = await startServer({ onData: (stream) => void stream.resume() })
    expect(await within(10_000, connect(server, '', quick))).toMatchObject({ permanent: false })
  })

  test('dribbles an answer that never ends', async () => {
    const port = await startSocket((socket) => {
      socket.write('220 hello\r\n')
      const timer = setInterval(() => socket.write('250-still here\r\n'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    const times = { answer: milliseconds(300), mail: milliseconds(1000) }
    expect(await within(10_000, smtp(`smtp://127.0.0.1:${port}`, times))).toMatchObject({ permanent: false })
  })

  test('and works again afterwards, with the same transport', async () => {
    let refused = 0
    const server = await startServer({
      onRcptTo: (_, __, done) =>
        done(refused++ === 0 ? Object.assign(new Error('later'), { responseCode: 450 }) : null),
    })
    const transport = connect(server)
    await failure(transport)
    await transport.send(mail, id)
    expect(server.received).toHaveLength(1)
  })
})

describe('encryption', () => {
  // Reaches this machine, but is not known to be it.
  const elsewhere = '0.0.0.0'

  test('a server elsewhere that has no TLS gets neither mail nor password', async () => {
    let logins = 0
    const onAuth: typeof accept = (_, __, done) => (logins++, done(null, { user: 'user' }))
    const server = await startServer({ hideSTARTTLS: true, allowInsecureAuth: true, onAuth })
    await failure(smtp(`smtp://user:CANARY@${elsewhere}:${server.port}`))
    expect([server.received, logins]).toEqual([[], 0])
  })

  test.each(['smtp', 'smtps'])('%s: a certificate that nobody vouches for is refused', async (protocol) => {
    const server = await startServer({ secure: protocol === 'smtps' })
    await failure(smtp(`${protocol}://${elsewhere}:${server.port}`))
    expect(server.received).toEqual([])
  })

  test('?starttls=optional takes what there is', async () => {
    const plain = await startServer({ hideSTARTTLS: true })
    await smtp(`smtp://${elsewhere}:${plain.port}?starttls=optional`).send(mail, id)
    const encrypted = await startServer()
    await smtp(`smtp://${elsewhere}:${encrypted.port}?starttls=optional`).send(mail, id)
    expect([plain.received[0]?.secure, encrypted.received[0]?.secure]).toEqual([false, true])
  })

  test('user and password may hold any character', async () => {
    let login: unknown
    const server = await startServer({
      allowInsecureAuth: true,
      authOptional: false,
      onAuth: ({ username, password }, _, done) => (
        (login = { username, password }),
        done(null, { user: username })
      ),
    })
    await connect(server, `${encodeURIComponent('us@er')}:${encodeURIComponent('p:/@%?')}@`).send(mail, id)
    expect(login).toEqual({ username: 'us@er', password: 'p:/@%?' })
  })
})

test('errors hold nothing of the mail', async () => {
  const refuse = Object.assign(new Error('no'), { responseCode: 550 })
  const server = await startServer({ onRcptTo: (_, __, done) => done(refuse) })
  const error = await failure(connect(server))
  expect(show(error)).not.toContain('CANARY')
})

test('once closed, a transport takes no more mails', async () => {
  const server = await startServer()
  const transport = connect(server)
  await transport.send(mail, id)
  transport.close()
  expect(await within(10_000, transport)).toBeInstanceOf(MailError)
})

const accept: NonNullable<SMTPServerOptions['onAuth']> = (auth, _, done) =>
  done(null, { user: auth.username })

interface Received {
  sender: string
  recipients: string[]
  secure: boolean
  email: Email
}

async function startServer(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onConnect: (_, done) => (connections++, done()),
    onData: callbackify(async (stream: Readable, session: SMTPServerSession) => {
      received.push(await receive(stream, session))
    }),
    ...options,
  })
  server.on('error', () => {})
  server.listen(0)
  await once(server.server, 'listening')
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  open.push(close)
  const port = portOf(server.server)
  return { port, received, close, connections: () => connections }
}

async function receive(stream: Readable, { envelope, secure }: SMTPServerSession): Promise<Received> {
  const sender = envelope.mailFrom ? envelope.mailFrom.address : ''
  const recipients = envelope.rcptTo.map(({ address }) => address)
  return { sender, recipients, secure, email: await PostalMime.parse(await buffer(stream)) }
}

async function startSocket(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return portOf(server)
}

const connect = ({ port }: { port: number }, credentials = '', times?: SmtpTimes): MailTransport =>
  smtp(`smtp://${credentials}localhost:${port}`, times)

function smtp(url: string, times?: SmtpTimes): MailTransport {
  const transport = smtpTransport(url, from, times)
  open.push(() => transport.close())
  return transport
}

const failure = (transport: MailTransport, sent: RenderedMail = mail): Promise<unknown> =>
  transport.send(sent, id).then(
    () => {
      throw new Error('The mail was sent.')
    },
    (error: unknown) => error,
  )

async function within(time: number, transport: MailTransport): Promise<unknown> {
  const startedAt = performance.now()
  const error = await failure(transport)
  expect(performance.now() - startedAt).toBeLessThan(time)
  return error
}

function show(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error)
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause === undefined ? '' : show(error.cause)}`
}
