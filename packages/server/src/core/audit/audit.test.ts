import { expect, test } from 'vitest'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import type { Database } from '../../db/database.ts'
import { systemPorts } from '../ports/ports.ts'
import { createAudit } from './audit.ts'

test.each(stores)(
  'events whose commit was kept and whose answer was lost come once, and hold up no others (%s)',
  async (store) => {
    const { latchkey } = await createTestLatchkey({ store })
    const { db } = latchkey.services
    let answersLost = 1
    const lossy: Database = Object.create(db, {
      transaction: {
        value: async (work: Parameters<Database['transaction']>[0]) => {
          const result = await db.transaction(work)
          if (answersLost-- > 0) throw new Error('the connection is gone')
          return result
        },
      },
    }) as Database
    const errors: unknown[] = []
    const audit = createAudit({ db: lossy, ports: systemPorts, onError: (error) => errors.push(error) })
    const userId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b' as never
    audit.record({ kind: 'login.failed', userId })
    await audit.flush()
    audit.record({ kind: 'session.ended', userId })
    await audit.flush()
    const events = await latchkey.services.audit.ofUser(userId, { before: null, limit: 10 })
    expect(events.map(({ kind }) => kind)).toEqual(['session.ended', 'login.failed'])
    expect(errors).toHaveLength(1)
  },
)
