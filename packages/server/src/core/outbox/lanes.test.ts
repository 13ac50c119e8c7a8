import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { callbackify } from 'node:util'
import { hours, minutes, seconds } from '@latchkey/contract'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'
import { startAdministration } from '#test/support/administration.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'
import {
  markOutboxDead,
  claimOutbox,
  type OutboxRow,
  retryOutboxLater,
  releaseOutbox,
} from './outbox-store.ts'
import { resetPassword } from '../../methods/password/mails.ts'

/** Somebody who waits hears of everything that happens, and looks whether it is what they wait for. */
function createWatch() {
  const looks = new Set<() => void>()
  return {
    happened: () => looks.forEach((look) => look()),
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!holds()) return
          looks.delete(look)
          resolve()
        }
        looks.add(look)
        look()
      }),
  }
}

/** A mail server; by default one that takes everything. */
async function mailServer(options: SMTPServerOptions = {}) {
  const received: Email[] = []
  const { happened, until } = createWatch()
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 50,
    onData: callbackify(async (stream: Readable, _session: SMTPServerSession) => {
      received.push(await PostalMime.parse(await buffer(stream)))
      happened()
    }),
    ...options,
  })
  server.on('error', () => {})
  server.listen(0)
  await once(server.server, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { received, until, port: portOf(server.server) }
}

/** Takes everything but what is for somebody slow: that hangs until the test ends. */
async function slowMailServer() {
  const held: (() => void)[] = []
  const { happened, until } = createWatch()
  const mail = await mailServer({
    onRcptTo({ address }, _, done) {
      if (!address.startsWith('slow')) return done()
      held.push(done)
      happened()
    },
  })
  onTestFinished(() => held.forEach((done) => done()))
  return { mail, hold: { until, count: () => held.length } }
}

/** Takes connections and says nothing. */
async function silentServer() {
  const connections = new Set<Socket>()
  const { happened, until } = createWatch()
  const server = createServer((socket) => {
    connections.add(socket)
    happened()
    socket.on('error', () => {})
  }).listen(0)
  await once(server, 'listening')
  const close = () => {
    for (const socket of connections) socket.destroy()
    server.close()
  }
  onTestFinished(close)
  return { connections, until, close, port: portOf(server) }
}

/** An SMS gateway that takes everything. */
async function smsGateway() {
  const received: string[] = []
  const { happened, until } = createWatch()
  const server = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      received.push(new URLSearchParams(body).get('To') ?? '')
      happened()
      response.writeHead(201).end('{}')
    })
  }).listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, until, port: portOf(server) }
}

/** However slow the machine, in milliseconds. */
const patience = 50_000

const settings = (mailPort: number, smsPort: number) =>
  ({
    smtpUrl: `smtp://localhost:${mailPort}`,
    mailFrom: 'Acme <no-reply@acme.example>',
    smsUrl: `http://AC1:token@localhost:${smsPort}/messages`,
    smsFrom: '+4915000000000',
    logLevel: 'silent',
    smsPrefixes: ['+49'],
    // A hanging server would hold the end of the test.
    shutdownGrace: '1s',
  }) as const

const all = statement('SELECT * FROM outbox ORDER BY id')
const rowsOf = ({ latchkey }: Pick<TestLatchkey, 'latchkey'>) => latchkey.services.db.all<OutboxRow>(all)
const addresses = (mails: readonly Email[]) => mails.map(({ to }) => to?.[0]?.address)
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `+4915123450${100 + index}`)

/** Work for each purpose of the outbox. */
function promises({ latchkey, clock }: TestLatchkey) {
  const { db, outbox, mails, texts } = latchkey.services
  const linkMail = {
    appName: 'Acme',
    link: 'https://auth.example.com/x?token=a-token',
    validFor: minutes(60),
  }
  return {
    link: (email: string) =>
      db.transaction((tx) => outbox.mail(tx, resetPassword({ to: email, ...linkMail }))),
    news: (email: string) => db.transaction((tx) => outbox.mail(tx, mails.alreadyRegistered({ email }))),
    sms: (to: string) =>
      db.transaction((tx) =>
        texts.sendCode(tx, { to, code: '123456', validUntil: clock.now() + minutes(10) }),
      ),
    task: (email: string) =>
      db.transaction((tx) =>
        outbox.enqueue(tx, 'password-reset-requested', { email }, clock.now() + minutes(60)),
      ),
  }
}

describe.each(stores)('lanes of the outbox on %s', (store) => {
  test('a mail server that takes connections and says nothing stops no code by SMS', async () => {
    const [mail, gateway] = await Promise.all([silentServer(), smsGateway()])
    const instance = await createTestLatchkey({ store, ...settings(mail.port, gateway.port) })
    const promise = promises(instance)
    for (let index = 0; index < 12; index++) await promise.link(`user-${index}@example.com`)
    instance.latchkey.services.outbox.wake()
    await mail.until(() => mail.connections.size > 0)
    for (const to of numbers(12)) await promise.sms(to)
    instance.latchkey.services.outbox.wake()
    await gateway.until(() => gateway.received.length === 12)
    expect(gateway.received.toSorted()).toEqual(numbers(12))
    const mails = (await rowsOf(instance)).filter(({ topic }) => topic === 'mail')
    expect(mails.map(({ last_error: error }) => error)).toEqual(Array.from({ length: 12 }, () => null))
  })

  test('an SMS gateway that takes connections and says nothing stops no mail', async () => {
    const [mail, gateway] = await Promise.all([mailServer(), silentServer()])
    const instance = await createTestLatchkey({ store, ...settings(mail.port, gateway.port) })
    const promise = promises(instance)
    for (const to of numbers(12)) await promise.sms(to)
    instance.latchkey.services.outbox.wake()
    await gateway.until(() => gateway.connections.size > 0)
    for (let index = 0; index < 12; index++) await promise.link(`user-${index}@example.com`)
    instance.latchkey.services.outbox.wake()
    await mail.until(() => mail.received.length === 12)
    // The row of a mail goes after its server has taken it.
    await vi.waitFor(async () => {
      const rows = await rowsOf(instance)
      expect(rows.every(({ topic, last_error: error }) => topic === 'sms' && !error)).toBe(true)
    }, patience)
  })

  test('a mailbox that hangs holds up its own lane: links do not stand behind news', async () => {
    const { mail, hold } = await slowMailServer()
    const instance = await createTestLatchkey({ store, ...settings(mail.port, mail.port) })
    const promise = promises(instance)
    for (let index = 0; index < 8; index++) await promise.news(`slow-${index}@example.com`)
    instance.latchkey.services.outbox.wake()
    await hold.until(() => hold.count() > 0)
    for (let index = 0; index < 8; index++) await promise.link(`user-${index}@example.com`)
    instance.latchkey.services.outbox.wake()
    await mail.until(() => mail.received.length === 8)
  })

  test('one entry that hangs holds up no other of its lane', async () => {
    const { mail } = await slowMailServer()
    const instance = await createTestLatchkey({ store, ...settings(mail.port, mail.port) })
    const promise = promises(instance)
    await promise.link('slow@example.com')
    for (let index = 0; index < 20; index++) await promise.link(`user-${index}@example.com`)
    instance.latchkey.services.outbox.wake()
    await mail.until(() => mail.received.length === 20)
  })

  test.each(['link', 'sms', 'task'] as const)(
    'a %s that nobody waits for any more is not sent: it is a dead letter that says so',
    async (kind) => {
      const [mail, gateway] = await Promise.all([mailServer(), smsGateway()])
      const instance = await startAdministration(store, settings(mail.port, gateway.port))
      const { outbox } = instance.latchkey.services
      await outbox.drain()
      const before = mail.received.length
      await promises(instance)[kind](kind === 'sms' ? '+4915123456789' : 'root@example.com')
      instance.clock.advance(hours(7))
      await outbox.drain()
      expect(mail.received.length + gateway.received.length).toBe(before)
      const root = await instance.signIn('root@example.com')
      const token = root.accessToken
      const [dead] = (await instance.call('GET', '/admin/mail', { token })).body.items
      expect(dead).toMatchObject({
        attempts: 0,
        deadAt: expect.any(String) as unknown,
        lastError: 'It was not sent before it expired.',
      })
      expect(Date.parse(String(dead?.expiresAt))).toBeLessThan(instance.clock.now())
      expect((await instance.call('POST', `/admin/mail/${dead?.id}/retry`, { token })).status).toBe(404)
    },
  )

  test('news have no end: they are sent after seven hours too', async () => {
    const mail = await mailServer()
    const instance = await createTestLatchkey({ store, ...settings(mail.port, mail.port) })
    await promises(instance).news('ada@example.com')
    instance.clock.advance(hours(7))
    await instance.latchkey.services.outbox.drain()
    expect(addresses(mail.received)).toEqual(['ada@example.com'])
  })

  test('what would be tried again too late is given up at once, and says why it failed before', async () => {
    const [mail, gateway] = await Promise.all([mailServer(), silentServer()])
    gateway.close()
    const instance = await createTestLatchkey({ store, ...settings(mail.port, gateway.port) })
    const { outbox } = instance.latchkey.services
    await promises(instance).sms('+4915123456789')
    for (const wait of [0, 10, 40, 160]) {
      instance.clock.advance(seconds(wait))
      await outbox.drain()
    }
    const [row] = await rowsOf(instance)
    expect(row).toMatchObject({ attempts: 4, dead_at: instance.clock.now() })
    expect(row?.last_error).toMatch(/^It was not sent before it expired\. Before: The message was not sent/)
  })

  test('a transport that fails again and again is left alone: what waits keeps its tries', async () => {
    const [mail, gateway] = await Promise.all([silentServer(), smsGateway()])
    mail.close()
    const instance = await createTestLatchkey({ store, ...settings(mail.port, gateway.port) })
    const promise = promises(instance)
    for (let index = 0; index < 30; index++) await promise.link(`user-${index}@example.com`)
    await instance.latchkey.services.outbox.drain()
    const tried = (await rowsOf(instance)).filter(({ attempts }) => attempts > 0)
    expect(tried.length).toBeLessThanOrEqual(4)
    expect(instance.latchkey.services.outbox.isDelivering('mail')).toBe(false)
    // The other transport is another matter.
    await promise.sms('+4915123456789')
    await instance.latchkey.services.outbox.drain()
    expect(gateway.received).toEqual(['+4915123456789'])
    expect(instance.latchkey.services.outbox.isDelivering('sms')).toBe(true)
  })

  test('a server that stops gives back what it has claimed: the next one delivers it at once', async () => {
    const [silent, mail] = await Promise.all([silentServer(), mailServer()])
    const instance = await createTestLatchkey({ store, ...settings(silent.port, mail.port) })
    for (let index = 0; index < 5; index++) await promises(instance).link(`user-${index}@example.com`)
    instance.latchkey.services.outbox.wake()
    await silent.until(() => silent.connections.size > 0)
    await instance.latchkey.close()
    const { databaseUrl } = instance
    const next = await createTestLatchkey({ databaseUrl, ...settings(mail.port, mail.port) })
    expect((await rowsOf(next)).map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0])
    next.clock.advance(seconds(1))
    await next.latchkey.services.outbox.drain()
    expect(mail.received).toHaveLength(5)
  })

  test('a mail that is sent twice carries one Message-ID, so that the mailbox folds the copy', async () => {
    const received: Email[] = []
    const mail = await mailServer({
      // It has been taken over, but the sender does not learn so.
      onData: callbackify(async (stream: Readable, _session: SMTPServerSession) => {
        received.push(await PostalMime.parse(await buffer(stream)))
        if (received.length === 1) throw Object.assign(new Error('again'), { responseCode: 451 })
      }),
    })
    const instance = await createTestLatchkey({ store, ...settings(mail.port, mail.port) })
    await promises(instance).link('ada@example.com')
    await instance.latchkey.services.outbox.drain()
    instance.clock.advance(seconds(10))
    await instance.latchkey.services.outbox.drain()
    const [first, second] = received.map(({ messageId }) => messageId)
    expect(first).toMatch(/^<[0-9a-f-]{36}@acme\.example>$/)
    expect(second).toBe(first)
  })

  test('a worker that was overtaken changes nothing of the entry that another has claimed', async () => {
    const instance = await createTestLatchkey({ store, logLevel: 'silent' })
    const { db, outbox } = instance.latchkey.services
    await db.transaction((tx) => outbox.enqueue(tx, 'slow', {}, null))
    const claim = (now: number) => claimOutbox(db, { lane: 'slow', now, until: now + minutes(2), limit: 1 })
    const start = instance.clock.now()
    const [overtaken] = await claim(start)
    const [current] = await claim(start + minutes(2))
    await retryOutboxLater(db, must(overtaken), start, 'late')
    await markOutboxDead(db, must(overtaken), start, 'late')
    await releaseOutbox(db, must(overtaken), start)
    expect(await rowsOf(instance)).toEqual([current])
  })
})
