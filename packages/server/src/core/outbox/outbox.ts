import { type Instant, minutes, seconds } from '@latchkey/contract'
import { type Database, DatabaseUnavailable, type Queryable } from '../../db/database.ts'
import type { SecretRing } from '../secrets/keyring.ts'
import type { Log } from '../log/log.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, uuidV7 } from '../ports/uuid.ts'
import {
  buryOutbox,
  claimOutbox,
  insertOutbox,
  type OutboxRow,
  postponeOutbox,
  removeOutbox,
} from './outbox-store.ts'
import type { RenderedMail } from '../mail/template.ts'
import { isPermanent } from '../mail/delivery-error.ts'
import type { MailTransport } from '../mail/transport.ts'

/**
 * Work that is promised inside a transaction and done after it: mails, and requests whose answer must not tell by
 * its time whether an account exists.
 */
export interface Outbox {
  mail(tx: Queryable, mail: RenderedMail): Promise<void>
  /** Runs the handler of `topic` later, in a transaction together with the removal of this entry. */
  defer(tx: Queryable, topic: string, payload: Record<string, unknown>): Promise<void>
  /** Says who does the work of a topic. Handlers await only `tx`. */
  handle(topic: string, handler: TaskHandler): void
  /** Says who carries a topic out of the house, as mails are: no transaction is open, and it may be carried twice. */
  carry(topic: string, carrier: Carrier): void
  /**
   * Whether the last delivery of a topic by this process came through: false from a failure that may pass until the next
   * success. For telling people; nothing is decided by it.
   */
  delivers(topic: string): boolean
  /** Looks now instead of at the next round; call it after a commit. */
  wake(): void
  start(): void
  /** Finishes what is under way, and what is due, for at most `grace`. */
  stop(grace: number): Promise<void>
  /** Works until nothing is due: for tests and for shutting down. */
  drain(): Promise<void>
}

/** Throws {@link DeliveryError} where another try cannot help. */
export type Carrier = (payload: Record<string, unknown>) => Promise<void>

export type TaskHandler = (tx: Queryable, payload: Record<string, unknown>) => Promise<void>

export const mailTopic = 'mail'
const round = seconds(2)
const batch = 10
/** A worker that dies gives its entries back after this long; longer than the slowest mail server may take. */
const claimFor = minutes(2)
/** 10 s, 40 s, 160 s, … at most an hour; the twelfth failure, after some seven hours, is the last. */
const mostAttempts = 12
const backOff = (attempts: number): number => Math.min(seconds(10) * 4 ** (attempts - 1), minutes(60))

export interface OutboxOptions {
  db: Database
  ring: SecretRing
  ports: Ports
  transport: MailTransport
  log: Log
}

export function createOutbox({ db, ring, ports, transport, log }: OutboxOptions): Outbox {
  const handlers = new Map<string, TaskHandler>()
  const carriers = new Map<string, Carrier>([
    [mailTopic, (payload) => transport.send(payload as unknown as RenderedMail)],
  ])
  const stuck = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  let again = false
  let stopped = false

  return {
    mail: (tx, mail) => put(tx, mailTopic, { ...mail }),
    defer: put,
    handle: (topic, handler) => void handlers.set(topic, handler),
    carry: (topic, carrier) => void carriers.set(topic, carrier),
    delivers: (topic) => !stuck.has(topic),
    wake: () => void work().catch(() => {}),
    start() {
      stopped = false
      timer = setInterval(() => void work().catch(() => {}), round)
      timer.unref()
    },
    async stop(grace) {
      clearInterval(timer)
      const limit = new Promise<void>((resolve) => setTimeout(resolve, grace).unref())
      await Promise.race([work().catch(() => {}), limit])
      stopped = true
      await Promise.race([working?.catch(() => {}), limit])
      transport.close()
    },
    drain: work,
  }

  async function put(tx: Queryable, topic: string, payload: Record<string, unknown>): Promise<void> {
    const id = uuidV7(ports)
    const now = ports.now()
    await insertOutbox(tx, {
      id,
      topic,
      payload: ring.seal('outbox', Buffer.from(JSON.stringify(payload)), formatUuid(id)),
      created_at: now,
      due_at: now,
      attempts: 0,
      last_error: null,
      dead_at: null,
    })
  }

  /** One worker a process; who calls while it works makes it look once more. */
  function work(): Promise<void> {
    again = true
    working ??= rounds().finally(() => (working = undefined))
    return working
  }

  async function rounds(): Promise<void> {
    try {
      while (again && mayWork()) {
        again = false
        const now = ports.now()
        const rows = await claimOutbox(db, { now, until: now + claimFor, limit: batch })
        if (rows.length > 0) again = true
        await Promise.all(rows.map(settle))
      }
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) log.error('the outbox cannot be worked on', { error })
    }
  }

  function mayWork(): boolean {
    return !stopped
  }

  async function settle(row: OutboxRow): Promise<void> {
    try {
      await perform(row)
    } catch (error) {
      await postpone(row, error)
    }
  }

  async function perform(row: OutboxRow): Promise<void> {
    const payload = JSON.parse(ring.open('outbox', row.payload, formatUuid(row.id)).toString()) as Record<
      string,
      unknown
    >
    const carry = carriers.get(row.topic)
    if (carry) {
      await carry(payload)
      stuck.delete(row.topic)
      await removeOutbox(db, row.id)
      return
    }
    const handler = handlers.get(row.topic)
    if (!handler) throw new Error(`nobody handles ${row.topic}`)
    await db.transaction(async (tx) => {
      // Another worker may have done it after a pause of ours: then there is nothing to remove, and nothing to do.
      if ((await removeOutbox(tx, row.id)).length > 0) await handler(tx, payload)
    })
    again = true
  }

  async function postpone(row: OutboxRow, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown'
    const now: Instant = ports.now()
    log.warn('a mail or task has failed', {
      id: formatUuid(row.id),
      topic: row.topic,
      attempts: row.attempts,
      error,
    })
    if (carriers.has(row.topic) && !isPermanent(error)) stuck.add(row.topic)
    if (isPermanent(error) || row.attempts >= mostAttempts) await buryOutbox(db, row.id, now, message)
    else await postponeOutbox(db, row.id, now + backOff(row.attempts), message)
  }
}
