import { hours, type SignedIn } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { statement } from '../../db/statement.ts'
import { fingerprint } from '@latchkey/verify/core'

interface Page {
  entries: { seq: number; kind: string; hash: string; at: string; until: string }[]
  since: number
  log: string
  cursor: number
  mark: string
  reset: boolean
  complete: boolean
  at: string
}

const read = async ({ browser }: TestLatchkey, query = '') =>
  (await browser().get<Page>(`/revocations${query}`)).body

/** A user who has signed out: one session in the log. */
async function signOut({ browser }: TestLatchkey, email: string): Promise<SignedIn> {
  const tab = browser()
  const signedIn = await tab.register(email)
  await tab.post('/logout')
  return signedIn
}

interface Event {
  id: string
  event: string
  data: Page
}

/** The events of a stream, one after the other. */
async function follow({ latchkey }: TestLatchkey, headers: Record<string, string> = {}, query = '') {
  const leave = new AbortController()
  const request = new Request(`http://localhost:4000/api/auth/revocations${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: leave.signal,
  })
  const response = await latchkey.handler(request)
  const reader = must(response.body).pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return { response, next, leave: () => leave.abort() }

  /** Null at the end of the stream. */
  async function next(): Promise<Event | null> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        if (block.startsWith('retry:')) continue
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)))
        return {
          id: fields.id.replace(/^.*:/, ''),
          event: fields.event,
          data: JSON.parse(fields.data) as Page,
        }
      }
      const { value, done } = await reader.read()
      if (done) return null
      text += value
    }
  }
}

describe.each(stores)('the revocation feed on %s', (store) => {
  test('without a cursor everything in force comes at once', async () => {
    const started = await createTestLatchkey({ store })
    expect(await read(started)).toMatchObject({ entries: [], cursor: 0, reset: false, complete: true })
    await signOut(started, 'ada@example.com')
    await signOut(started, 'bea@example.com')
    const page = await read(started)
    expect(page.entries.map(({ seq }) => seq)).toEqual([1, 2])
    expect(page).toMatchObject({ cursor: 2, reset: false })
  })

  test('after a cursor comes what is newer, and at once where there is something', async () => {
    const started = await createTestLatchkey({ store })
    await signOut(started, 'ada@example.com')
    await signOut(started, 'bea@example.com')
    const page = await read(started, '?since=1&wait=60')
    expect(page.entries.map(({ seq }) => seq)).toEqual([2])
  })

  test('who waits is answered by the revocation itself', async () => {
    const started = await createTestLatchkey({ store })
    let answered = false
    const waiting = read(started, '?since=0&wait=60').finally(() => (answered = true))
    const tab = started.browser()
    await tab.register()
    expect(answered).toBe(false)
    await tab.post('/logout')
    expect((await waiting).entries.map(({ seq }) => seq)).toEqual([1])
  })

  test('and by an empty page at the end of the wait, or when the server is about to stop', async () => {
    const started = await createTestLatchkey({ store })
    expect(await read(started, '?since=0&wait=1')).toMatchObject({
      entries: [],
      cursor: 0,
      reset: false,
      complete: true,
    })
    const waiting = read(started, '?since=0&wait=60')
    await new Promise(setImmediate)
    started.latchkey.drain()
    expect(await waiting).toMatchObject({ entries: [], cursor: 0, reset: false, complete: true })
  })

  test('a follower who is far behind gets a page at a time, and is told when there is no more', async () => {
    const started = await createTestLatchkey({ store })
    const { db, revocations } = started.latchkey.services
    const many = Array.from({ length: 1001 }, (_, index) => ({ kind: 'user' as const, subject: `${index}` }))
    await db.transaction((tx) => revocations.append(tx, many))
    const first = await read(started)
    expect(first).toMatchObject({ since: 0, cursor: 1000, complete: false })
    expect(await read(started, '?since=1000')).toMatchObject({ since: 1000, cursor: 1001, complete: true })
  })

  test('a cursor from the future is answered with everything, and with a reset', async () => {
    const started = await createTestLatchkey({ store })
    await signOut(started, 'ada@example.com')
    const page = await read(started, '?since=99&wait=60')
    expect(page).toMatchObject({ cursor: 1, reset: true })
    expect(page.entries).toHaveLength(1)
  })

  test('a log that does not go as far as it was said to, by a mark of ours, has lost something; nobody else can say so', async () => {
    const started = await createTestLatchkey({ store })
    const { db, revocations } = started.latchkey.services
    // The process checks by itself as well, and would find the loss before a follower reports it.
    await revocations.stop()
    await signOut(started, 'ada@example.com')
    const first = await read(started)
    await signOut(started, 'bea@example.com')
    const { log, cursor, mark, entries } = await read(started)
    const claim = (change: object) =>
      `?${new URLSearchParams({ since: `${cursor}`, log, mark, entry: must(entries[1]).hash, wait: '0', ...change }).toString()}`
    await db.all(statement('DELETE FROM revocation WHERE seq = 2 RETURNING seq'))
    await db.all(statement('UPDATE revocation_head SET seq = 1 RETURNING seq'))
    const strangers = [
      { since: '99' },
      { mark: 'A'.repeat(22) },
      { mark: first.mark },
      { entry: firstOf(first.entries).hash, mark: 'A'.repeat(22) },
      { since: '1', entry: must(entries[1]).hash, mark: first.mark },
      { log: 'another' },
    ]
    const before = revocations.losses()
    for (const each of strangers) await read(started, claim(each))
    expect([before, revocations.losses()]).toEqual([0, 0])
    expect(await read(started, claim({}))).toMatchObject({ reset: true, complete: true })
    expect(revocations.losses()).toBe(1)
    const again = await read(started, claim({}))
    expect(again).toMatchObject({ reset: true })
    expect(again.log).not.toBe(log)
    expect(revocations.losses()).toBe(1)
  })

  test('entries name nobody, and are known by whoever holds the token', async () => {
    const started = await createTestLatchkey({ store })
    const { user, session } = await signOut(started, 'ada@example.com')
    const page = await read(started)
    const text = JSON.stringify(page)
    for (const name of [user.id, session.id, 'ada@example.com']) expect(text.includes(name)).toBe(false)
    expect(page.entries[0]?.hash).toBe(
      Buffer.from(await fingerprint('session', session.id)).toString('base64url'),
    )
    expect(Object.keys(firstOf(page.entries)).toSorted()).toEqual(['at', 'hash', 'kind', 'seq', 'until'])
    expect(Date.parse(firstOf(page.entries).until)).toBeGreaterThan(started.clock.now())
  })

  test('a cursor or wait that is none is refused', async () => {
    const { browser } = await createTestLatchkey({ store })
    for (const query of ['?since=-1', '?since=x', '?wait=61', '?since=1.5', '?before=1'])
      expect((await browser().get(`/revocations${query}`)).code).toBe('invalid_input')
  })

  test('as a stream: events with cursors as ids, as they happen', async () => {
    const started = await createTestLatchkey({ store })
    await signOut(started, 'ada@example.com')
    const stream = await follow(started)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('cache-control')).toContain('no-store')
    expect(await stream.next()).toMatchObject({ id: '1', event: 'revocations', data: { cursor: 1 } })
    const second = stream.next()
    await signOut(started, 'bea@example.com')
    expect(await second).toMatchObject({ id: '2', event: 'revocations', data: { since: 1, complete: true } })
    expect((await second)?.data.entries.map(({ seq }) => seq)).toEqual([2])
    stream.leave()
  })

  test('Last-Event-ID goes on where a stream broke off; one from the future is a reset', async () => {
    const started = await createTestLatchkey({ store })
    await signOut(started, 'ada@example.com')
    await signOut(started, 'bea@example.com')
    const stream = await follow(started, { 'last-event-id': '1' })
    expect((await stream.next())?.data.entries.map(({ seq }) => seq)).toEqual([2])
    stream.leave()
    const restored = await follow(started, { 'last-event-id': '77' })
    expect(await restored.next()).toMatchObject({ id: '2', event: 'reset', data: { reset: true, cursor: 2 } })
    restored.leave()
  })

  test('a stream begins at once, news or not, with the time that it is here', async () => {
    const started = await createTestLatchkey({ store })
    await signOut(started, 'ada@example.com')
    const stream = await follow(started, {}, '?since=1')
    expect(await stream.next()).toMatchObject({
      event: 'heartbeat',
      data: { since: 1, complete: true, at: new Date(started.clock.now()).toISOString() },
    })
    stream.leave()
  })

  test('a stream reads on when the follower does: a page is no older than it must be, and none piles up', async () => {
    const started = await createTestLatchkey({ store })
    const { db, revocations } = started.latchkey.services
    const revoke = async (count: number) => {
      const many = Array.from({ length: count }, (_, each) => ({ kind: 'user' as const, subject: `${each}` }))
      revocations.remember(await db.transaction((tx) => revocations.append(tx, many)))
    }
    await revoke(3001)
    const stream = await follow(started)
    expect(await stream.next()).toMatchObject({ id: '1000', data: { complete: false } })
    // The reader pauses; a sender that does not wait for readers would reach the end meanwhile.
    for (let turn = 0; turn < 100; turn++) await started.latchkey.services.db.ping()
    await revoke(1)
    const rest = [await stream.next(), await stream.next(), await stream.next()]
    expect(rest.map((event) => event?.data.cursor)).toEqual([2000, 3000, 3002])
    stream.leave()
  })

  test('a stream where nothing happens has a heartbeat, and ends when the server is about to stop', async () => {
    const started = await createTestLatchkey({ store })
    const stream = await follow(started)
    expect(await stream.next()).toMatchObject({ id: '0', event: 'heartbeat', data: { entries: [] } })
    const last = stream.next()
    started.latchkey.drain()
    expect((await last)?.event ?? 'heartbeat').toBe('heartbeat')
    expect(await stream.next()).toBeNull()
  })
})

test('an entry is given out for as long as a token it concerns could live', async () => {
  const started = await createTestLatchkey()
  await signOut(started, 'ada@example.com')
  started.clock.advance(hours(1))
  await started.latchkey.services.cleanUp.run()
  expect(await read(started)).toMatchObject({ entries: [], cursor: 1, reset: false, complete: true })
})

describe.each(stores)('places at the feed on %s', (store) => {
  const open = async (started: TestLatchkey, ip: string, headers: Record<string, string> = {}) => {
    const leave = new AbortController()
    onTestFinished(() => leave.abort())
    const request = new Request('http://localhost:4000/api/auth/revocations', {
      headers: { accept: 'text/event-stream', ...headers },
      signal: leave.signal,
    })
    const response = await started.latchkey.handler(request, { remoteAddress: ip })
    return { status: response.status, body: response.body, leave: () => leave.abort() }
  }

  test('a thousand streams from one network take fifty places, and others still follow', async () => {
    const started = await createTestLatchkey({ store })
    const statuses: number[] = []
    for (let count = 0; count < 1000; count++) statuses.push((await open(started, '2001:db8::1')).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(50)
    expect(statuses.filter((status) => status === 429)).toHaveLength(950)
    expect((await open(started, '192.0.2.7')).status).toBe(200)
    expect((await started.browser().get('/revocations?since=0&wait=0')).status).toBe(200)
  })

  test('a place is given back by whoever goes away, by stream and by poll', async () => {
    const started = await createTestLatchkey({ store })
    const streams = []
    for (let count = 0; count < 50; count++) streams.push(await open(started, '192.0.2.1'))
    expect((await open(started, '192.0.2.1')).status).toBe(429)
    firstOf(streams).leave()
    expect((await open(started, '192.0.2.1')).status).toBe(200)
    for (const { leave } of streams) leave()
    const ask = () => started.browser().send('/api/auth/revocations?wait=0', { ip: '192.0.2.1' })
    for (let count = 0; count < 60; count++) expect((await ask()).status).toBe(200)
  })

  test('who shows a key of a person, one that may not introspect, or none that is one, is a stranger', async () => {
    const started = await createTestLatchkey({ store, logLevel: 'silent' })
    const { services } = started.latchkey
    const about = { name: 'notes', description: '', roles: [] }
    const { id } = await services.serviceAccounts.create(null, about)
    const { key } = await services.apiKeys.create(
      { kind: 'service_account', id },
      { name: 'feed', scopes: [], expiresIn: null, inheritRoles: false, requestsPerMinute: 1000 },
      { actorId: null, ip: null, userAgent: null },
    )
    const { id: userId } = await started.latchkey.createUser({
      email: 'ada@example.com',
      password: 'correct horse battery',
    })
    const ofPerson = await services.apiKeys.create(
      { kind: 'user', id: userId },
      { name: 'feed', scopes: [], expiresIn: null, inheritRoles: false, requestsPerMinute: 1000 },
      { actorId: null, ip: null, userAgent: null },
    )
    // Not reachable by the API: a person's key cannot be given this scope.
    await services.db.all(statement(`UPDATE api_key SET scopes = 'introspect' WHERE user_id = :id`), {
      id: parseUuid(userId),
    })
    const keys = [key, ofPerson.key, 'lkk_nonsense', `${key.slice(0, -1)}_`]
    const follow = (count: number) =>
      open(started, '192.0.2.1', { authorization: `Bearer ${keys[count % keys.length]}` })
    for (let count = 0; count < 50; count++) expect((await follow(count)).status).toBe(200)
    for (let count = 0; count < keys.length; count++) expect((await follow(count)).status).toBe(429)
  })

  test('who has gone before the answer holds no place', async () => {
    const started = await createTestLatchkey({ store })
    for (let count = 0; count < 60; count++) {
      const request = new Request('http://localhost:4000/api/auth/revocations', {
        headers: { accept: 'text/event-stream' },
        signal: AbortSignal.abort(),
      })
      await started.latchkey.handler(request, { remoteAddress: '192.0.2.1' })
    }
    expect((await open(started, '192.0.2.1')).status).toBe(200)
  })

  test('strangers of many networks end the oldest stream of a stranger, never that of a service that shows its key', async () => {
    const started = await createTestLatchkey({ store })
    const { services } = started.latchkey
    const account = await services.serviceAccounts.create(null, {
      name: 'notes',
      description: '',
      roles: [],
    })
    const { key } = await services.apiKeys.create(
      { kind: 'service_account', id: account.id },
      { name: 'feed', scopes: ['introspect'], expiresIn: null, inheritRoles: false, requestsPerMinute: 1000 },
      { actorId: null, ip: null, userAgent: null },
    )
    const service = await open(started, '192.0.2.1', { authorization: `Bearer ${key}` })
    const first = await open(started, '192.0.2.2')
    const reader = must(first.body).getReader()
    for (let count = 0; count < 750; count++)
      expect((await open(started, `10.${count >> 8}.${count & 255}.1`)).status).toBe(200)
    // Everything that was said before, and then the end.
    let isOver = false
    for (let pieces = 0; pieces < 5 && !isOver; pieces++) isOver = (await reader.read()).done
    expect(isOver).toBe(true)
    const known = must(service.body).getReader()
    expect((await known.read()).done).toBe(false)
    // Services find their places although strangers have taken all of theirs, from the same network as well.
    for (let count = 0; count < 100; count++)
      expect((await open(started, '10.0.0.1', { authorization: `Bearer ${key}` })).status).toBe(200)
  })
})
