import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { parseUuid } from '../ports/uuid.ts'
import { appendRevocations, readHead, type RevocationEntry } from './store.ts'

const copies = statement(`
  INSERT INTO session (id, user_id, secret_hash, generation, rotated_at, authenticated_at, amr, aal, epoch, persistent,
                       idle_ttl, expires_at, label, created_at)
  SELECT :id, user_id, secret_hash, generation, rotated_at, authenticated_at, amr, aal, epoch, persistent, idle_ttl,
         expires_at, label, created_at
    FROM session WHERE id = :from RETURNING id`)
const kinds = statement('SELECT kind, count(*) AS count FROM revocation GROUP BY kind ORDER BY kind')
const cutLog = statement('DELETE FROM revocation WHERE seq > :seq RETURNING seq')
const cutHead = statement('UPDATE revocation_head SET seq = :seq RETURNING seq')
const revive = statement('UPDATE session SET revoked_at = NULL, revoke_reason = NULL RETURNING id')
const liveSessions = statement('SELECT id FROM session WHERE revoked_at IS NULL')
const lossEvents = statement(`SELECT detail FROM audit_event WHERE kind = 'revocations.lost'`)

const hashOf = (index: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, at) => (index >> (at % 4)) + at)
const entry = (index: number): RevocationEntry => ({
  kind: 'session',
  hash: hashOf(index),
  at: 1,
  until: Date.now() + 600_000,
})

/** Real, and counted. */
function counting(tx: Queryable): Queryable & { count: number } {
  const counted = {
    dialect: tx.dialect,
    count: 0,
    all: <Row>(...given: Parameters<Queryable['all']>) => {
      counted.count++
      return tx.all<Row>(...given)
    },
  }
  return counted
}

async function haveSessions(db: Database, sid: string, count: number): Promise<void> {
  await db.transaction(async (tx) => {
    for (let index = 0; index < count; index++) {
      const id = Buffer.alloc(16, 1)
      id.writeUInt32BE(index)
      await tx.all(copies, { id, from: parseUuid(sid) })
    }
  })
}

const countsOf = async (db: Database) =>
  Object.fromEntries(
    (await db.all<{ kind: string; count: number }>(kinds)).map(({ kind, count }) => [kind, count]),
  )

describe.each(stores)('the revocation log on %s', (store) => {
  test('5,000 entries are written by as many statements as one', async () => {
    const { latchkey } = await createTestLatchkey({ store })
    const { db } = latchkey.services
    const statements = async (count: number) =>
      await db.transaction(async (tx) => {
        const counted = counting(tx)
        const rows = await appendRevocations(
          counted,
          Array.from({ length: count }, (_, index) => entry(index)),
          0,
        )
        expect(rows).toHaveLength(count)
        return counted.count
      })
    expect(await statements(5000)).toBe(await statements(1))
    expect(await statements(1)).toBeLessThanOrEqual(2)
    expect((await readHead(db)).seq).toBe(5002)
  })

  test('5,000 sessions of one user end by one entry, and nobody else is concerned', async () => {
    const { latchkey, browser } = await createTestLatchkey({ store })
    const { db, revocations } = latchkey.services
    const [ada, bea] = [browser(), browser()]
    const { session } = await ada.register('ada@example.com')
    await bea.register('bea@example.com')
    await haveSessions(db, session.id, 5000)
    const before = ada.token
    expect((await ada.post('/logout', { scope: 'others' })).status).toBe(204)
    expect(await countsOf(db)).toEqual({ epoch: 1, user_sessions: 1 })
    expect(revocations.size()).toBe(2)
    expect(await db.all(liveSessions)).toHaveLength(2)
    // Tokens issued before are refused; a session that stays signed in gets another, in the same second.
    expect((await ada.get('/session', { token: before })).code).toBe('token_revoked')
    expect((await ada.refresh()).status).toBe(200)
    expect((await ada.get('/session')).status).toBe(200)
    expect((await ada.login()).status).toBe(200)
    expect((await ada.get('/session')).status).toBe(200)
    expect((await bea.get('/session')).status).toBe(200)
  })

  test('a few sessions are named each by itself: whoever stays signed in goes on', async () => {
    const { latchkey, browser } = await createTestLatchkey({ store })
    const ada = browser()
    const { session } = await ada.register()
    await haveSessions(latchkey.services.db, session.id, 100)
    expect((await ada.post('/logout', { scope: 'others' })).status).toBe(204)
    expect(await countsOf(latchkey.services.db)).toEqual({ epoch: 1, session: 100 })
    expect((await ada.refresh()).status).toBe(200)
    expect((await ada.get('/session')).status).toBe(200)
  })

  test('revoke-before ends all in batches, each of which gives the lock back', async () => {
    const { latchkey, browser, clock } = await createTestLatchkey({ store })
    const { session } = await browser().register()
    await haveSessions(latchkey.services.db, session.id, 1200)
    clock.advance(1)
    expect(await latchkey.services.sessions.revokeBefore(clock.now())).toBe(1201)
    expect(await latchkey.services.db.all(liveSessions)).toEqual([])
    expect((await readHead(latchkey.services.db)).seq).toBe(1201)
  })

  test('the list of devices comes page by page, each session once', async () => {
    const { latchkey, browser } = await createTestLatchkey({ store })
    const ada = browser()
    const { session } = await ada.register()
    await haveSessions(latchkey.services.db, session.id, 230)
    const seen: string[] = []
    let query = '?limit=100'
    for (const size of [100, 100, 31]) {
      const { body } = await ada.get<{ items: { id: string }[]; nextCursor: string | null }>(
        `/sessions${query}`,
      )
      expect(body.items).toHaveLength(size)
      seen.push(...body.items.map(({ id }) => id))
      query = `?limit=100&cursor=${body.nextCursor}`
      if (size === 31) expect(body.nextCursor).toBeNull()
    }
    expect(new Set(seen).size).toBe(231)
    for (const bad of ['?limit=201', '?limit=0', '?cursor=x', '?cursor=AAAA'])
      expect((await ada.get(`/sessions${bad}`)).code, bad).toBe('invalid_input')
  })

  /** States of a standby that lacks the last commits. */
  const losses: Record<string, (db: Database, seq: number) => Promise<void>> = {
    'the head goes backwards': (db, seq) => cut(db, seq),
    'another entry stands at the number': async (db, seq) => {
      await cut(db, seq)
      await db.transaction((tx) => appendRevocations(tx, [entry(7), entry(8)], 0))
    },
  }
  for (const [name, lose] of Object.entries(losses)) {
    test.each([true, false])(
      `${name}: what was acknowledged is in force again (read before: %s)`,
      async (isRead) => {
        const here = await createTestLatchkey({ store, realTime: true })
        const { db, revocations, audit } = here.latchkey.services
        const [ada, bea] = [here.browser(), here.browser()]
        await ada.register('ada@example.com')
        await bea.register('bea@example.com')
        await revocations.stop()
        const { seq, logId } = await readHead(db)
        expect((await ada.post('/logout')).status).toBe(204)
        const cookies = new Map(ada.cookies)
        if (isRead) await revocations.catchUp()
        const feed = await bea.get<{ log: string; cursor: number }>('/revocations?wait=0')
        await lose(db, seq)
        await db.all(revive)
        expect(await db.all(liveSessions)).toHaveLength(2)

        await revocations.catchUp()
        expect(revocations.losses()).toBe(1)
        expect(await db.all(liveSessions)).toHaveLength(1)
        for (const [key, value] of cookies) ada.cookies.set(key, value)
        expect((await ada.refresh()).status).toBe(401)
        expect((await bea.refresh()).status).toBe(200)
        const after = await readHead(db)
        expect(after.logId).not.toBe(logId)
        // A follower begins anew, and finds in this log the entries that the other one had.
        const { log, cursor } = feed.body
        const page = await bea.get<{ reset: boolean; entries: { kind: string }[] }>(
          `/revocations?since=${cursor}&log=${log}&wait=0`,
        )
        expect(page.body.reset).toBe(true)
        expect(page.body.entries.filter(({ kind }) => kind === 'session').length).toBeGreaterThanOrEqual(1)
        await audit.flush()
        const [event] = await db.all<{ detail: string }>(lossEvents)
        expect(JSON.parse(must(event).detail)).toMatchObject({
          revocationsRestored: 1,
          sessionsEndedAgain: 1,
        })
        // Once.
        await revocations.catchUp()
        expect(revocations.losses()).toBe(1)
      },
    )
  }

  test('a log that goes on as it was, was cleaned up or is read by many is nobody’s loss', async () => {
    const here = await createTestLatchkey({ store })
    const there = await createTestLatchkey({ store, databaseUrl: here.databaseUrl })
    const { db } = here.latchkey.services
    for (let round = 0; round < 3; round++) {
      const tab = here.browser()
      await tab.register(`ada${round}@example.com`)
      await tab.post('/logout')
      for (const { clock, latchkey } of [here, there]) {
        await latchkey.services.revocations.catchUp()
        clock.advance(20 * 60_000)
      }
      await here.latchkey.services.cleanUp.run()
    }
    expect(await countsOf(db)).toEqual({})
    for (const { latchkey } of [here, there]) {
      await latchkey.services.revocations.catchUp()
      expect(latchkey.services.revocations.losses()).toBe(0)
    }
  })
})

async function cut(db: Database, seq: number): Promise<void> {
  await db.all(cutLog, { seq })
  await db.all(cutHead, { seq })
}
