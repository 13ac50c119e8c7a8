import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { callbackify } from 'node:util'
import { hours, minutes, seconds } from '@latchkey/contract'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { startAdministration } from '#test/support/administration.ts'
import { freePort, portOf } from '#test/support/listen.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'
import type { OutboxRow } from './outbox-store.ts'

const waiting = statement('SELECT * FROM outbox ORDER BY id')
const rowsOf = ({ latchkey }: Pick<TestLatchkey, 'latchkey'>) => latchkey.services.db.all<OutboxRow>(waiting)

/** A mail server on this machine, on the port that is given or any free one. */
async function startMailServer(options: SMTPServerOptions = {}, port = 0) {
  const received: Email[] = []
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onData: callbackify(async (stream: Readable, _session: SMTPServerSession) => {
      received.push(await PostalMime.parse(await buffer(stream)))
    }),
    ...options,
  })
  server.on('error', () => {})
  server.listen(port)
  await once(server.server, 'listening')
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()))
  onTestFinished(stop)
  return { received, stop, port: portOf(server.server) }
}

const settings = (port: number) =>
  ({
    smtpUrl: `smtp://localhost:${port}`,
    mailFrom: 'Acme <no-reply@acme.example>',
    logLevel: 'silent',
  }) as const
const refuse = (responseCode: number): NonNullable<SMTPServerOptions['onRcptTo']> => {
  return (_, __, done) => done(Object.assign(new Error('no such box'), { responseCode }))
}

/** Works until nothing is due. */
const drain = ({ latchkey }: Pick<TestLatchkey, 'latchkey'>) => latchkey.services.outbox.drain()

describe.each(stores)('the outbox on %s', (store) => {
  test('a mail that a request promised is delivered, and leaves nothing behind', async () => {
    const server = await startMailServer()
    const started = await createTestLatchkey({ store, ...settings(server.port) })
    await started.browser().register()
    await drain(started)
    expect(server.received.map(({ to }) => to?.[0]?.address)).toEqual(['ada@example.com'])
    expect(server.received[0]?.text).toContain('/verify-email?token=')
    expect(await rowsOf(started)).toEqual([])
  })

  test('what was rolled back sends nothing', async () => {
    const server = await startMailServer()
    const started = await createTestLatchkey({ store, ...settings(server.port) })
    const { db, outbox, mails } = started.latchkey.services
    const undone = db.transaction(async (tx) => {
      await outbox.mail(tx, mails.alreadyRegistered({ email: 'ada@example.com' }))
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await drain(started)
    expect(server.received).toEqual([])
  })

  test('while the mail server is down a mail is tried again, later and later, and then delivered (I12)', async () => {
    const port = await freePort()
    const started = await createTestLatchkey({ store, ...settings(port) })
    await started.browser().register()
    const waits: number[] = []
    for (const wait of [0, 10, 40, 160]) {
      started.clock.advance(seconds(wait))
      await drain(started)
      const [row] = await rowsOf(started)
      waits.push((must(row).due_at - started.clock.now()) / 1000)
      expect(row).toMatchObject({ attempts: waits.length, dead_at: null })
      expect(row?.last_error).not.toBeNull()
    }
    expect(waits).toEqual([10, 40, 160, 640])
    const server = await startMailServer({}, port)
    started.clock.advance(seconds(639))
    await drain(started)
    expect(server.received).toEqual([])
    started.clock.advance(seconds(1))
    await drain(started)
    expect(server.received).toHaveLength(1)
    expect(await rowsOf(started)).toEqual([])
  })

  test('the wait never exceeds an hour, and the twelfth failure is the last', async () => {
    const started = await createTestLatchkey({ store, ...settings(await freePort()) })
    await started.browser().register()
    for (let attempt = 1; attempt <= 12; attempt++) {
      await drain(started)
      const [row] = await rowsOf(started)
      expect(row).toMatchObject({ attempts: attempt })
      expect(row?.dead_at === null).toBe(attempt < 12)
      if (attempt < 12) expect(must(row).due_at - started.clock.now()).toBeLessThanOrEqual(hours(1))
      started.clock.advance(hours(1))
    }
    await drain(started)
    expect(await rowsOf(started)).toMatchObject([{ attempts: 12 }])
  })

  test('a mail that is refused for good is a dead letter that administrators see and can send again', async () => {
    let refuses = true
    const server = await startMailServer({
      onRcptTo: (address, session, done) => (refuses ? refuse(550)(address, session, done) : done()),
    })
    const started = await startAdministration(store, settings(server.port))
    await drain(started)
    await started.call('POST', '/auth/register', {
      body: { email: 'gone@example.com', password: 'nine purple otters sing' },
    })
    await drain(started)
    const token = started.root.accessToken
    const [dead] = (await started.call('GET', '/admin/mail', { token })).body.items
    expect(dead).toMatchObject({ topic: 'mail', attempts: 1, deadAt: expect.any(String) as unknown })
    expect(dead?.lastError).toContain('550')
    expect(JSON.stringify(dead)).not.toContain('gone@example.com')
    started.clock.advance(hours(2))
    const again = await started.signIn('root@example.com')
    await drain(started)
    expect(server.received).toEqual([])
    refuses = false
    const retried = await started.call('POST', `/admin/mail/${dead?.id}/retry`, { token: again.accessToken })
    expect(retried.status).toBeLessThan(300)
    await drain(started)
    expect(server.received.map(({ to }) => to?.[0]?.address)).toEqual(['gone@example.com'])
    expect((await started.call('GET', '/admin/mail', { token: again.accessToken })).body.items).toEqual([])
  })

  test('one mail that is refused holds up no other', async () => {
    const server = await startMailServer({
      onRcptTo: (address, session, done) =>
        address.address === 'gone@example.com' ? refuse(550)(address, session, done) : done(),
    })
    const started = await createTestLatchkey({ store, ...settings(server.port) })
    await started.browser().register('gone@example.com')
    await started.browser().register('ada@example.com')
    await drain(started)
    expect(server.received.map(({ to }) => to?.[0]?.address)).toEqual(['ada@example.com'])
    expect(await rowsOf(started)).toHaveLength(1)
  })

  test('two workers on one database send each mail once', async () => {
    const server = await startMailServer()
    const first = await createTestLatchkey({ store, ...settings(server.port) })
    const second = await createTestLatchkey({ databaseUrl: first.databaseUrl, ...settings(server.port) })
    const { db, outbox, mails } = first.latchkey.services
    const addresses = Array.from({ length: 60 }, (_, index) => `user-${index}@example.com`)
    await db.transaction(async (tx) => {
      for (const email of addresses) await outbox.mail(tx, mails.alreadyRegistered({ email }))
    })
    first.clock.advance(seconds(5))
    second.clock.advance(seconds(5))
    await Promise.all([drain(first), drain(second)])
    const sent = server.received.map(({ to }) => must(to?.[0]?.address))
    expect(sent.toSorted()).toEqual(addresses.toSorted())
  })

  test('a mail whose worker died is taken over after two minutes', async () => {
    const server = await startMailServer()
    const started = await createTestLatchkey({ store, ...settings(await freePort()) })
    await started.browser().register()
    // Its own try is over, and found nobody: the claim is the last that it writes.
    await drain(started)
    const claimed = statement('UPDATE outbox SET due_at = :until, attempts = 1')
    await started.latchkey.services.db.all(claimed, { until: started.clock.now() + minutes(2) })
    const heir = await createTestLatchkey({ databaseUrl: started.databaseUrl, ...settings(server.port) })
    heir.clock.advance(minutes(1))
    await drain(heir)
    expect(server.received).toEqual([])
    heir.clock.advance(minutes(2))
    await drain(heir)
    expect(server.received).toHaveLength(1)
  })

  test('at rest a mail is sealed: neither its link nor its address can be read in the table', async () => {
    const port = await freePort()
    const started = await createTestLatchkey({ store, ...settings(port) })
    await started.browser().register()
    const [row] = await rowsOf(started)
    const atRest = JSON.stringify(row) + Buffer.from(must(row).payload).toString('latin1')
    const server = await startMailServer({}, port)
    started.clock.advance(hours(1))
    await drain(started)
    const token = must(/token=([\w-]+)/.exec(server.received[0]?.text ?? '')?.[1])
    expect(token.length).toBeGreaterThan(40)
    for (const secret of [token, 'ada@example.com', 'verify-email', 'token'])
      expect(atRest.includes(secret)).toBe(false)
  })
})
