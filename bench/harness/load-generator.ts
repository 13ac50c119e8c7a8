import { setTimeout as sleep } from 'node:timers/promises'
import { subjectNamed } from '../subjects/index.ts'
import { takeOrders } from './child.ts'
import { Connection } from './connection.ts'
import { quantile } from './statistics.ts'
import { type Client, type Credential, type Send, expectStatus } from './subject.ts'

export interface SeedOrder {
  readonly do: 'seed'
  readonly subject: string
  readonly port: number
  readonly sessions: number
}

/** Plays clients that others have signed in. */
export interface TakeOverOrder {
  readonly do: 'takeOver'
  readonly subject: string
  readonly port: number
  readonly credentials: readonly Credential[]
}

export interface RunOrder {
  readonly do: 'refresh' | 'guarded' | 'signIn'
  readonly connections: number
  readonly seconds: number
  /** Each connection starts one exchange every so many milliseconds. Without it the next starts when one is done. */
  readonly pace?: number
  /** Stops earlier after this many exchanges. */
  readonly most?: number
}

/** The server was started again, elsewhere, on the same database. */
export interface MoveOrder {
  readonly do: 'move'
  readonly port: number
}

export type Order = SeedOrder | TakeOverOrder | MoveOrder | RunOrder

export interface Report {
  readonly exchanges: number
  readonly seconds: number
  /** In milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly highest: number
}

let client: Client
let port: number
let credentials: Credential[] = []

takeOrders(carryOut)

function carryOut(order: Order): Promise<Report> {
  if (order.do === 'seed') return seed(order)
  if (order.do !== 'move' && order.do !== 'takeOver') return run(order)
  port = order.port
  if (order.do === 'takeOver') {
    client = subjectNamed(order.subject).client
    credentials = [...order.credentials]
  }
  return Promise.resolve(report([], performance.now()))
}

async function seed(order: SeedOrder): Promise<Report> {
  client = subjectNamed(order.subject).client
  port = order.port
  const connection = new Connection(port)
  const started = performance.now()
  credentials = await client.signUp((exchange) => connection.send(exchange), order.sessions)
  connection.close()
  return report([], started)
}

async function run(order: RunOrder): Promise<Report> {
  const started = performance.now()
  const latencies: number[] = []
  const goesOn = () =>
    performance.now() - started < order.seconds * 1000 &&
    latencies.length < (order.most ?? Number.POSITIVE_INFINITY)
  await Promise.all(
    Array.from({ length: order.connections }, async (_, lane) => {
      const connection = new Connection(port)
      const step = stepOf(order, lane, (exchange) => connection.send(exchange))
      for (let due = performance.now(); goesOn(); due += order.pace ?? 0) {
        if (order.pace !== undefined) await sleep(Math.max(0, due - performance.now()))
        // From when it was due, so that a stalled server is charged for the exchanges it kept from starting.
        const from = order.pace === undefined ? performance.now() : Math.min(due, performance.now())
        await step()
        latencies.push(performance.now() - from)
      }
      connection.close()
    }),
  )
  return report(latencies, started)
}

/** One exchange of this lane. Lanes share no session, so that no two refreshes of one session meet. */
function stepOf(order: RunOrder, lane: number, send: Send): () => Promise<void> {
  let turn = 0
  const nextOwn = () => (lane + order.connections * turn++) % lastOfLane(lane, order.connections)
  if (order.do === 'refresh') {
    return async () => {
      const own = nextOwn()
      const credential = credentials[own]!
      credentials[own] = checked(
        credential,
        client.renewed(credential, await send(client.refresh(credential))),
      )
    }
  }
  if (order.do === 'guarded') {
    return async () => expectStatus(await send(client.guarded!(credentials[nextOwn()]!)), 200)
  }
  return async () => expectStatus(await send(client.signIn!(lane + order.connections * turn++)), 200)
}

/** So that no subject wins by doing less: a signed access token, and a refresh token that rotated if there is one. */
function checked(before: Credential, after: Credential): Credential {
  if (after.accessToken?.split('.').length !== 3)
    throw new Error(`no signed access token: ${JSON.stringify(after)}`)
  if (after.refreshToken !== undefined && after.refreshToken === before.refreshToken)
    throw new Error('did not rotate')
  return after
}

/** The credentials divide evenly among the lanes: what is left over stays unused. */
function lastOfLane(lane: number, connections: number): number {
  const rounds = Math.floor((credentials.length - lane - 1) / connections) + 1
  if (rounds < 1) throw new Error(`${credentials.length} sessions are too few for ${connections} connections`)
  return rounds * connections
}

function report(latencies: number[], started: number): Report {
  const sorted = Float64Array.from(latencies).sort()
  return {
    exchanges: sorted.length,
    seconds: (performance.now() - started) / 1000,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    highest: sorted.at(-1) ?? Number.NaN,
  }
}
