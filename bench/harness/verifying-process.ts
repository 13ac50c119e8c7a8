import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Claims, OpenVerifier, Verifier } from '../verifiers/verifier.ts'
import { verifierNamed } from '../verifiers/index.ts'
import { takeOrders } from './child.ts'
import { type Memory, memoryBetween, settledMemory } from './settled-memory.ts'
import type { IssuerFacts } from './token-issuer.ts'
import { TokenShelf } from './token-shelf.ts'

export type Order = OpenOrder | SeenOrder | NewOrder | StormOrder | FillOrder

interface OpenOrder {
  readonly do: 'open'
  readonly verifier: string
  readonly issuer: IssuerFacts
}

/** Tokens that were verified before, round and round. */
interface SeenOrder {
  readonly do: 'seen'
  readonly callers: number
  readonly seconds: number
}

/** Every token of the shelf once, by a verifier that has seen none of them. */
interface NewOrder {
  readonly do: 'new'
  readonly callers: number
}

/** The same, so many of them in every turn of the event loop; reports the delays of that. */
interface StormOrder {
  readonly do: 'storm'
  readonly abreast: number
}

/** The same, slowly; reports the memory that is left in use. */
interface FillOrder {
  readonly do: 'fill'
}

export interface Report {
  readonly tokens: number
  readonly seconds: number
  /** Microseconds per token, of all threads. */
  readonly processor: number
  /** Milliseconds by which a timer was late. */
  readonly delay?: { readonly p50: number; readonly p99: number; readonly highest: number }
  /** Megabytes more than before the first token. */
  readonly memory?: Memory
}

let verifier: Verifier
let issuer: IssuerFacts
let shelf: TokenShelf
/** The one that knows all tokens of the shelf. */
let acquainted: OpenVerifier | null = null

takeOrders(carryOut)

async function carryOut(order: Order): Promise<Report> {
  switch (order.do) {
    case 'open':
      verifier = verifierNamed(order.verifier)
      issuer = order.issuer
      shelf = new TokenShelf(issuer.tokens)
      return { tokens: shelf.size, seconds: 0, processor: 0 }
    case 'seen':
      return await verifySeen(order)
    case 'new':
      return await withStranger((stranger) => verifyAll(stranger, order.callers))
    case 'storm':
      return await withStranger((stranger) => weather(stranger, order.abreast))
    case 'fill':
      return await withStranger(fill)
  }
}

async function verifySeen({ callers, seconds }: SeenOrder): Promise<Report> {
  acquainted ??= await acquaint()
  const known = acquainted
  const timed = startTimer()
  const end = performance.now() + seconds * 1000
  let tokens = 0
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      // Somewhere else each, so that they are not after the same token all the time.
      let turn = Math.floor((shelf.size * caller) / callers)
      while (performance.now() < end) {
        for (let step = 0; step < 64; step++) {
          const claims = known.verify(shelf.at(turn), turn)
          expectClaims(claims instanceof Promise ? await claims : claims)
          turn = turn + 1 === shelf.size ? 0 : turn + 1
        }
        tokens += 64
      }
    }),
  )
  return timed(tokens)
}

async function acquaint(): Promise<OpenVerifier> {
  const open = await verifier.open(issuer, shelf)
  await verifyAll(open, 1)
  return open
}

async function verifyAll(open: OpenVerifier, callers: number): Promise<Report> {
  const timed = startTimer()
  let next = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < shelf.size) {
        const turn = next++
        const claims = open.verify(shelf.at(turn), turn)
        expectClaims(claims instanceof Promise ? await claims : claims)
      }
    }),
  )
  return timed(shelf.size)
}

async function weather(open: OpenVerifier, abreast: number): Promise<Report> {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  const timed = startTimer()
  delays.enable()
  for (let turn = 0; turn < shelf.size; turn += abreast) {
    const turns = Array.from({ length: Math.min(abreast, shelf.size - turn) }, (_, step) => turn + step)
    const verdicts = await Promise.all(turns.map(async (turn) => await open.verify(shelf.at(turn), turn)))
    verdicts.forEach(expectClaims)
    await nextTurn()
  }
  delays.disable()
  const [p50, p99] = [delays.percentile(50) / 1e6, delays.percentile(99) / 1e6]
  return { ...timed(shelf.size), delay: { p50, p99, highest: delays.max / 1e6 } }
}

async function fill(open: OpenVerifier): Promise<Report> {
  const before = await settledMemory()
  const timed = startTimer()
  for (let turn = 0; turn < shelf.size; turn++) {
    expectClaims(await open.verify(shelf.at(turn), turn))
    // Lets the revocation feed be heard meanwhile.
    if (turn % 1000 === 0) await nextTurn()
  }
  const report = timed(shelf.size)
  return { ...report, memory: memoryBetween(before, await settledMemory()) }
}

async function withStranger(use: (stranger: OpenVerifier) => Promise<Report>): Promise<Report> {
  const stranger = await verifier.open(issuer, shelf)
  try {
    return await use(stranger)
  } finally {
    stranger.close?.()
  }
}

function startTimer(): (tokens: number) => Report {
  const [started, before] = [performance.now(), process.cpuUsage()]
  return (tokens) => {
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(before)
    return { tokens, seconds, processor: (user + system) / tokens }
  }
}

function expectClaims({ sub }: Claims): void {
  if (sub?.length !== 36) throw new Error(`${verifier.name} did not read the token`)
}
