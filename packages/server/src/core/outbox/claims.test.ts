import { minutes } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'
import { uuidV7 } from '../ports/uuid.ts'
import { claimOutbox, insertOutbox, type OutboxRow, removeOutbox } from './outbox-store.ts'

const lane = 'claims/test'
const entries = 30
const limit = 2
const analyze = statement('ANALYZE outbox')

/** More than the places of a lane would be under way, and what is left alone after failures would be tried by many. */
describe.each(stores)('a claim on %s', (store) => {
  test('takes no more than it asks for, and nothing twice, however many claim at once', async () => {
    const { latchkey, clock } = await createTestLatchkey({ store })
    const { db, ports } = latchkey.services
    const now = clock.now()
    const row: Omit<OutboxRow, 'id'> = {
      topic: 'claims',
      lane,
      payload: new Uint8Array(1),
      created_at: now,
      due_at: now,
      expires_at: null,
      attempts: 0,
      last_error: null,
      dead_at: null,
    }
    // Statistics of an outbox that is empty most of the time: one page without rows.
    const gone = uuidV7(ports)
    await insertOutbox(db, { ...row, id: gone })
    await removeOutbox(db, gone)
    await db.all(analyze)
    for (let each = 0; each < entries; each++) await insertOutbox(db, { ...row, id: uuidV7(ports) })
    const claims: OutboxRow[][] = []
    const worker = async (): Promise<void> => {
      for (;;) {
        const rows = await claimOutbox(db, { lane, now, until: now + minutes(2), limit })
        if (rows.length === 0) return
        claims.push(rows)
      }
    }
    await Promise.all(Array.from({ length: 5 }, worker))
    expect(Math.max(...claims.map((rows) => rows.length))).toBeLessThanOrEqual(limit)
    const ids = claims.flat().map(({ id }) => Buffer.from(id).toString('hex'))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength(entries)
  })
})
