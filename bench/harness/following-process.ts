import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createVerifier, type FeedStatus, type Verifier } from '@latchkey/verify'
import { takeOrders } from './child.ts'
import { type Memory, memoryBetween, settledMemory } from './settled-memory.ts'
import { quantile } from './statistics.ts'
import { TokenShelf } from './token-shelf.ts'

export type Order = FollowOrder | RefusalOrder | SeenOrder | AgainOrder | PacedOrder | MapOrder

/** A verifier that knows nothing yet follows the feed of this server. Reports when it was live. */
interface FollowOrder {
  readonly do: 'follow'
  /** The server's name for itself, and its real address below. */
  readonly issuer: string
  readonly address: string
  /** A file of tokens that are good, one a line. */
  readonly tokens: string
}

/** Looks at this token all the time. Reports when it was refused. */
interface RefusalOrder {
  readonly do: 'refusal'
  readonly token: string
}

/** Tokens that were verified before, round and round. */
interface SeenOrder {
  readonly do: 'seen'
  readonly seconds: number
}

/** All tokens once, as soon as this one is refused: what was found out of each must be looked up again. */
interface AgainOrder {
  readonly do: 'again'
  readonly after: string
}

/** A token every few milliseconds: for so long, or while so many revocations arrive, the first of this server. */
interface PacedOrder {
  readonly do: 'paced'
  readonly during: { readonly seconds: number } | { readonly revocations: number }
}

/** Keeps as many revocations as one would without thinking: in a Map from base64url to the time. Reports its memory. */
interface MapOrder {
  readonly do: 'map'
  readonly revocations: number
}

export interface Report {
  /** Milliseconds since the epoch, when it was done. */
  readonly at: number
  readonly seconds: number
  readonly tokens: number
  /** Microseconds that the process worked meanwhile, with all its threads. */
  readonly processor: number
  /** Megabytes more than before. */
  readonly memory?: Memory
  /** Milliseconds from when a token was due until it was verified. */
  readonly delay?: { readonly p50: number; readonly p99: number; readonly most: number }
}

const pace = 2
/** Asking counts the revocations, which takes a moment when they are many. */
const askEvery = 100

let verifier: Verifier
let shelf: TokenShelf

takeOrders(carryOut)

async function carryOut(order: Order): Promise<Report> {
  switch (order.do) {
    case 'follow':
      return await follow(order)
    case 'refusal':
      return await untilRefused(order.token)
    case 'seen':
      return await verifySeen(order.seconds)
    case 'again':
      await untilRefused(order.after)
      return await verifyAll()
    case 'paced':
      return 'seconds' in order.during
        ? await strollFor(order.during.seconds)
        : await strollThrough(order.during.revocations)
    case 'map':
      return await fillMap(order.revocations)
  }
}

async function follow({ issuer, address, tokens }: FollowOrder): Promise<Report> {
  shelf = new TokenShelf(tokens)
  const before = await settledMemory()
  const clock = startClock()
  verifier = createVerifier({
    issuer,
    audience: issuer,
    fetch: (url, init) => fetch(url.replace(issuer, address), init),
  })
  await verifier.ready()
  while (feed().state !== 'live') await sleep(askEvery / 2)
  const report = clock(0)
  return { ...report, memory: memoryBetween(before, await settledMemory()) }
}

async function untilRefused(token: string): Promise<Report> {
  const clock = startClock()
  let tokens = 0
  for (;;) {
    const verdict = await verifier.verify(token)
    tokens++
    if (!verdict.ok && verdict.error.code === 'revoked') return clock(tokens)
    if (!verdict.ok) throw verdict.error
    await sleep(1)
  }
}

async function verifySeen(seconds: number): Promise<Report> {
  await verifyAll()
  const clock = startClock()
  const end = performance.now() + seconds * 1000
  let tokens = 0
  while (performance.now() < end) tokens += (await verifyAll()).tokens
  return clock(tokens)
}

async function verifyAll(): Promise<Report> {
  const clock = startClock()
  for (let turn = 0; turn < shelf.size; turn++) await expectGood(turn)
  return clock(shelf.size)
}

async function strollFor(seconds: number): Promise<Report> {
  const end = performance.now() + seconds * 1000
  return await stroll(() => performance.now() < end)
}

/** Counts from the first of them on: until then the writer is at work, not the feed. */
async function strollThrough(revocations: number): Promise<Report> {
  while (feed().cursor === 0) await sleep(1)
  return await stroll(() => feed().cursor < revocations)
}

async function stroll(goesOn: () => boolean): Promise<Report> {
  const clock = startClock()
  const delays: number[] = []
  let asked = performance.now()
  for (;;) {
    if (performance.now() - asked >= askEvery) {
      if (!goesOn()) break
      asked = performance.now()
    }
    // From when it was due, so that whatever holds up the event loop is charged for it.
    const due = performance.now() + pace
    await sleep(pace)
    await expectGood(delays.length % shelf.size)
    delays.push(performance.now() - due)
  }
  const report = clock(delays.length)
  const sorted = Float64Array.from(delays).sort()
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(sorted, share)) as [number, number, number]
  return { ...report, delay: { p50, p99, most } }
}

async function fillMap(revocations: number): Promise<Report> {
  const before = await settledMemory()
  const clock = startClock()
  const known = new Map<string, number>()
  while (known.size < revocations) known.set(randomBytes(16).toString('base64url'), Date.now() + 3_600_000)
  const memory = memoryBetween(before, await settledMemory())
  return { ...clock(known.size), memory }
}

async function expectGood(turn: number): Promise<void> {
  const verdict = await verifier.verify(shelf.at(turn))
  if (!verdict.ok) throw verdict.error
  if (!verdict.revocationChecked) throw new Error('accepted without a look at the revocations')
}

const feed = (): FeedStatus => verifier.status().feed!

/** Stops the clock with a report. */
function startClock(): (tokens: number) => Report {
  const [started, before] = [performance.now(), process.cpuUsage()]
  return (tokens) => {
    const { user, system } = process.cpuUsage(before)
    const now = performance.now()
    return {
      at: performance.timeOrigin + now,
      seconds: (now - started) / 1000,
      tokens,
      processor: user + system,
    }
  }
}
