import type { AccountExport, ApiKey, Device, SessionId, UserId } from '@latchkey/contract'
import type { Database } from '../db/database.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Sessions } from '../sessions/service.ts'
import { type Account, toUser } from '../identity/users/account.ts'
import { isoTime } from '../core/iso-time.ts'
import type { Users } from './service.ts'

export interface ExportOptions {
  db: Database
  ports: Ports
  sessions: Sessions
  users: Users
  methods: readonly { name: string; lifecycle: Lifecycle }[]
  /** Lists keys without their secrets. */
  apiKeysOf: (id: UserId) => Promise<ApiKey[]>
}

/** Streams an {@link AccountExport} as JSON: however long the activity is, only one page of it is in memory. */
export type ExportAccount = (account: Account, current: SessionId) => Promise<ReadableStream<Uint8Array>>

const pageSize = 200

export function createExport({
  db,
  ports,
  sessions,
  users,
  methods,
  apiKeysOf,
}: ExportOptions): ExportAccount {
  return async (account, current) => {
    const held: Record<string, Record<string, unknown>> = {}
    for (const { name, lifecycle } of methods) held[name] = await lifecycle.exportUserData(db, account.id)
    const head: Omit<AccountExport, 'activity'> = {
      exportedAt: isoTime(ports.now()),
      user: toUser(account),
      sessions: await allDevices(account.id, current),
      apiKeys: await apiKeysOf(account.id),
      methods: held,
    }
    return toStream(write(head, account))
  }

  async function allDevices(userId: UserId, current: SessionId | null): Promise<Device[]> {
    const all: Device[] = []
    let cursor: string | undefined
    do {
      const page = await sessions.devices(userId, current, { cursor, limit: pageSize })
      all.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return all
  }

  async function* write(head: object, { id }: Account): AsyncGenerator<string> {
    yield `${JSON.stringify(head).slice(0, -1)},"activity":[`
    let before: string | null = null
    for (;;) {
      const events = await users.activity(id, { before, limit: pageSize })
      if (events.length > 0)
        yield (before === null ? '' : ',') + events.map((each) => JSON.stringify(each)).join()
      if (events.length < pageSize) break
      before = events.at(-1)!.id
    }
    yield ']}\n'
  }
}

function toStream(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      // An error on the way breaks the connection off: half a file must not look like a whole one.
      async pull(controller) {
        const { value, done } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
