import { type Instant, minutes, seconds } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import { inSpan } from '../tracing/span.ts'
import type { Keyring } from '../secrets/keyring.ts'
import type { Log } from '../log/log.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, uuidV7 } from '../ports/uuid.ts'
import type { Breaker } from './breaker.ts'
import { createLanes } from './lanes.ts'
import {
  markOutboxDead,
  insertOutbox,
  type OutboxRow,
  retryOutboxLater,
  removeOutbox,
  tooLate,
} from './outbox-store.ts'
import type { RenderedMail } from '../mail/template.ts'
import { isPermanent } from '../mail/delivery-error.ts'
import type { MailTransport } from '../mail/transport.ts'

/**
 * Work that is promised inside a transaction and done after it: mails, and requests whose answer must not tell by
 * its time whether an account exists.
 *
 * Every kind of work stands in a lane of its own, mails with a link or code apart from mere news. A lane waits for no
 * other: a mail server that hangs delays no message to a phone, and a gateway that hangs no mail.
 */
export interface Outbox {
  mail(tx: Queryable, mail: RenderedMail): Promise<void>
  /**
   * Has `topic` done later. From `until` on it is useless: it is not done any more, and stays as a dead letter. Null:
   * it is always worth doing.
   */
  enqueue(tx: Queryable, topic: string, payload: Payload, until: Instant | null): Promise<void>
  /** Registers the work of a topic, done in one transaction with the removal of the entry. Handlers await only `tx`. */
  registerTask(topic: string, task: Task): void
  /**
   * Registers the sender of a topic that leaves the system, such as mails: no transaction is open, and it may be sent
   * twice.
   */
  registerSender(topic: string, sender: Sender): void
  /**
   * True if this process's last delivery of a topic succeeded. A temporary failure makes it false until the next
   * success. For display only; no decision depends on it.
   */
  isDelivering(topic: string): boolean
  /** Looks now instead of at the next round; call it after a commit. */
  wake(): void
  start(): void
  /** Finishes running and due entries for at most `grace`, then gives back the unfinished ones. */
  stop(grace: number): Promise<void>
  /** Works until nothing is due: for tests and for shutting down. */
  drain(): Promise<void>
}

type Payload = Record<string, unknown>

/** `id` is that of the entry: the same for every try. Throws {@link DeliveryError} if retrying cannot help. */
export type Sender = (payload: Payload, id: string) => Promise<void>

export type Task = (tx: Queryable, payload: Payload) => Promise<void>

export const mailTopic = 'mail'
/** Keeps mails that somebody waits for from queueing behind news. */
const proofLane = `${mailTopic}/proof`
const newsLane = `${mailTopic}/news`
/** Entries of a lane under way at once, in each process. Of mails as many as there are connections to the mail server. */
const placesOf = (lane: string): number => places.get(lane) ?? 4
const places = new Map([
  [proofLane, 2],
  [newsLane, 1],
])
/** 10 s, 40 s, 160 s, … at most an hour; the twelfth failure, after some seven hours, is the last. */
const mostAttempts = 12
const backOff = (attempts: number): number => Math.min(seconds(10) * 4 ** (attempts - 1), minutes(60))

export interface OutboxOptions {
  db: Database
  ring: Keyring
  ports: Ports
  transport: MailTransport
  log: Log
}

export function createOutbox({ db, ring, ports, transport, log }: OutboxOptions): Outbox {
  const tasks = new Map<string, Task>()
  const senders = new Map<string, Sender>([
    [mailTopic, (payload, id) => transport.send(payload as unknown as RenderedMail, id)],
  ])
  const lanes = createLanes({
    db,
    ports,
    log,
    placesOf,
    processEntry,
    mayLeaveMore: (topic) => tasks.has(topic),
  })

  return {
    mail: (tx, mail) => {
      const until = mail.validFor === null ? null : ports.now() + mail.validFor
      return put(tx, { topic: mailTopic, lane: until === null ? newsLane : proofLane, until }, { ...mail })
    },
    enqueue: (tx, topic, payload, until) => put(tx, { topic, lane: topic, until }, payload),
    registerTask: (topic, task) => void tasks.set(topic, task),
    registerSender: (topic, sender) => void senders.set(topic, sender),
    isDelivering: (topic) => lanes.breakerOf(topic).works,
    wake: () => void lanes.look(),
    start: lanes.start,
    async stop(grace) {
      await lanes.stop(grace)
      transport.close()
    },
    drain: lanes.drain,
  }

  async function put(
    tx: Queryable,
    { topic, lane, until }: { topic: string; lane: string; until: Instant | null },
    payload: Payload,
  ): Promise<void> {
    const id = uuidV7(ports)
    const now = ports.now()
    await insertOutbox(tx, {
      id,
      topic,
      lane,
      payload: ring.seal('outbox', Buffer.from(JSON.stringify(payload)), formatUuid(id)),
      created_at: now,
      due_at: now,
      expires_at: until,
      attempts: 0,
      last_error: null,
      dead_at: null,
    })
  }

  async function processEntry(row: OutboxRow, breaker: Breaker): Promise<void> {
    try {
      const id = formatUuid(row.id)
      const payload = JSON.parse(ring.open('outbox', row.payload, id).toString()) as Payload
      const sender = senders.get(row.topic)
      if (sender)
        await send(sender, { topic: row.topic, payload, id }, breaker).then(() => removeOutbox(db, row.id))
      else await runTask(row, payload)
    } catch (error) {
      await retryLater(row, error)
    }
  }

  async function send(
    sender: Sender,
    { topic, payload, id }: { topic: string; payload: Payload; id: string },
    breaker: Breaker,
  ): Promise<void> {
    try {
      await inSpan(`send ${topic}`, { kind: 'client' }, () => sender(payload, id))
      breaker.succeeded()
    } catch (error) {
      // A permanent refusal is an answer about this entry: the transport works.
      if (isPermanent(error)) breaker.succeeded()
      else breaker.failed(ports.now())
      throw error
    }
  }

  async function runTask(row: OutboxRow, payload: Payload): Promise<void> {
    const task = tasks.get(row.topic)
    if (!task) throw new Error(`nobody handles ${row.topic}`)
    await db.transaction(async (tx) => {
      // Another worker may have done it during a pause of this one: then there is no entry to remove and nothing to do.
      if ((await removeOutbox(tx, row.id)).length > 0) await task(tx, payload)
    })
  }

  async function retryLater(row: OutboxRow, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown'
    const now = ports.now()
    log.warn('a mail or task has failed', {
      id: formatUuid(row.id),
      topic: row.topic,
      attempts: row.attempts,
      error,
    })
    const dueAt = now + backOff(row.attempts)
    if (isPermanent(error) || row.attempts >= mostAttempts) await markOutboxDead(db, row, now, message)
    else if (row.expires_at !== null && row.expires_at <= dueAt)
      await markOutboxDead(db, row, now, `${tooLate} Before: ${message}`)
    else await retryOutboxLater(db, row, dueAt, message)
  }
}
