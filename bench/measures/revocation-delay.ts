import { setTimeout as sleep } from 'node:timers/promises'
import { openFixtures, type Fixtures } from '../harness/fixtures.ts'
import type { Following } from '../harness/following.ts'
import { figure } from '../harness/format.ts'
import { Load } from '../harness/load.ts'
import type { Goal, Table } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { quantile } from '../harness/statistics.ts'
import { latchkey } from '../subjects/latchkey.ts'

/** Milliseconds from the server's answer to log-out until a service refused the token, ascending. */
export interface Delays {
  readonly name: string
  readonly milliseconds: readonly number[]
}

/** 400 refreshes a second, at the first of the servers. */
const load = { do: 'refresh', connections: 8, pace: 20, seconds: 1 } as const

/** Two servers on one PostgreSQL and three services, each a process; people sign out at one server and the other in turn. */
export async function measureDelays(scope: Scope): Promise<Delays[]> {
  const rounds = scope.quick ? 20 : 200
  const people = 2 * rounds + load.connections
  const fixtures = await openFixtures('postgres', scope, { people, tokens: 1 })
  await fixtures.startServer()
  const services: Following[] = []
  for (const turn of [0, 1, 2]) services.push((await fixtures.follow(fixtures.servers[turn % 2]!)).service)
  const play = () => signOutEach(fixtures, services, rounds)
  const quiet = await play()
  const busy = await whileOthersRefresh(fixtures, play)
  await fixtures.close()
  return [
    { name: 'quiet', milliseconds: quiet },
    { name: '400 refreshes/s', milliseconds: busy },
  ]
}

async function signOutEach(
  { servers, someone, signOut }: Fixtures,
  services: readonly Following[],
  rounds: number,
): Promise<number[]> {
  const delays: number[] = []
  for (let turn = 0; turn < rounds; turn++) {
    const person = someone()
    const token = person.accessToken!
    const refusals = Promise.all(services.map((service) => service.order({ do: 'refusal', token })))
    await sleep(20 + Math.random() * 30) // so that rounds do not keep time with any clock of the servers
    const answered = await signOut(servers[turn % 2]!, person)
    // Some refuse it before the answer has come.
    delays.push(...(await refusals).map(({ at }) => Math.max(0, at - answered)))
  }
  return delays.toSorted((a, b) => a - b)
}

async function whileOthersRefresh<T>(
  { servers: [server], someone }: Fixtures,
  play: () => Promise<T>,
): Promise<T> {
  const clients = new Load()
  const { name: subject } = latchkey
  const credentials = Array.from({ length: load.connections }, someone)
  await clients.order({ do: 'takeOver', subject, port: server!.port, credentials })
  const rounds = { areOver: false }
  const refreshing = (async () => {
    while (!rounds.areOver) await clients.order(load)
  })()
  await sleep(1000)
  const outcome = await play()
  rounds.areOver = true
  await refreshing
  clients.stop()
  return outcome
}

export function delayTable(delays: readonly Delays[]): Table {
  return {
    title: 'How soon a log-out is felt by every service, in milliseconds',
    columns: ['', 'n', 'p50', 'p90', 'p99', 'most'],
    rows: delays.map(({ name, milliseconds }) => [
      name,
      milliseconds.length,
      ...[0.5, 0.9, 0.99, 1].map((share) => figure(quantile(milliseconds, share))),
    ]),
  }
}

export function delayGoals(delays: readonly Delays[]): Goal[] {
  return delays.map(({ name, milliseconds }) => {
    const most = quantile(milliseconds, 1)
    return { goal: `${name}: every service within 1 s`, reached: `${figure(most)} ms`, met: most <= 1000 }
  })
}
