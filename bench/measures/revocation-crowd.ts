import { setTimeout as sleep } from 'node:timers/promises'
import { interleave } from '../harness/contest.ts'
import { type Fixtures, openFixtures } from '../harness/fixtures.ts'
import { fillRevocations } from '../harness/fill-revocations.ts'
import { Following } from '../harness/following.ts'
import type { Report } from '../harness/following-process.ts'
import { figure, figures } from '../harness/format.ts'
import { residentMegabytes } from '../harness/process-usage.ts'
import type { Goal, Table } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import type { Server } from '../harness/server.ts'
import { ratios, spread } from '../harness/statistics.ts'
import { type Memory, memoryBetween } from '../harness/settled-memory.ts'

type Kind = (typeof kinds)[number]

/** A server that starts with so many revocations in force, and a service that starts to follow it. */
interface Follower {
  readonly fixtures: Fixtures
  readonly server: Server
  readonly service: Following
  readonly start: Start
}

interface Start {
  /** Milliseconds until the server answered; megabytes resident. */
  readonly serverStart: number
  readonly serverMemory: number
  /** Seconds until the service knew everything. */
  readonly live: number
  readonly memory: Memory
}

interface Standing extends Start {
  /** Tokens per second of processor time, round by round: known ones, and the first time after another's revocation. */
  readonly seen: readonly number[]
  readonly again: readonly number[]
}

/** The view of a live service when all of them arrive at once. */
interface Burst {
  readonly seconds: number
  readonly quiet: Delay
  readonly during: Delay
  /** Megabytes that the server has more afterwards. */
  readonly serverMemory: number
}

type Delay = NonNullable<Report['delay']>

export interface Crowds {
  readonly revocations: number
  readonly stores: readonly {
    readonly kind: Kind
    readonly none: Standing
    readonly many: Standing
    readonly burst: Burst
  }[]
  /** The memory that a Map of as many would take. */
  readonly map: Memory
}

const kinds = ['sqlite', 'postgres'] as const

/** A million revocations within one access-token lifetime: what they cost the server, and who verifies. */
export async function compareCrowds(scope: Scope): Promise<Crowds> {
  const revocations = scope.quick ? 10_000 : 1_000_000
  const stores: Crowds['stores'][number][] = []
  for (const kind of kinds) stores.push({ kind, ...(await compareOn(kind, revocations, scope)) })
  return { revocations, stores, map: await memoryOfMap(revocations) }
}

async function compareOn(kind: Kind, revocations: number, scope: Scope) {
  const rounds = scope.quick ? 3 : 15
  const size = { people: rounds + 1, tokens: scope.quick ? 200 : 1000 }
  const [deserted, crowded] = [await openFixtures(kind, scope, size), await openFixtures(kind, scope, size)]
  const burst = await crowd(crowded, revocations, scope)
  const followers = [await startFollower(deserted), await startFollower(crowded)] as const
  await interleave(followers, 1, lookUpAgain) // compiles what is hot
  const seen = await interleave(followers, rounds, ({ service }) => lookUp(service, scope))
  const again = await interleave(followers, rounds, lookUpAgain)
  for (const { fixtures } of followers) await fixtures.close()
  const [none, many] = followers.map((follower): Standing => ({
    ...follower.start,
    seen: seen.get(follower)!,
    again: again.get(follower)!,
  })) as [Standing, Standing]
  return { none, many, burst }
}

/** Somebody signed everybody out. The service of whoever is signed in nevertheless goes on. */
async function crowd(fixtures: Fixtures, revocations: number, { quick }: Scope): Promise<Burst> {
  const [server] = fixtures.servers
  const { service } = await fixtures.follow(server!)
  await service.order({ do: 'seen', seconds: 0.2 })
  const before = residentMegabytes(server!.pid)
  const quiet = await service.order({ do: 'paced', during: { seconds: quick ? 1 : 4 } })
  const arrival = service.order({ do: 'paced', during: { revocations } })
  await fillRevocations(fixtures.database.url, revocations)
  const { seconds, delay } = await arrival
  await sleep(1000)
  return {
    seconds,
    quiet: quiet.delay!,
    during: delay!,
    serverMemory: residentMegabytes(server!.pid) - before,
  }
}

async function startFollower(fixtures: Fixtures): Promise<Follower> {
  const server = await fixtures.startServer()
  const { service, report } = await fixtures.follow(server)
  await sleep(1000)
  const start = {
    serverStart: server.startTime,
    serverMemory: residentMegabytes(server.pid),
    live: report.seconds,
    memory: report.memory!,
  }
  return { fixtures, server, service, start }
}

async function lookUp(service: Following, { quick }: Scope): Promise<number> {
  return perSecond(await service.order({ do: 'seen', seconds: quick ? 0.2 : 0.7 }))
}

async function lookUpAgain({ fixtures, server, service }: Follower): Promise<number> {
  const person = fixtures.someone()
  const looking = service.order({ do: 'again', after: person.accessToken! })
  await fixtures.signOut(server, person)
  return perSecond(await looking)
}

const perSecond = ({ tokens, processor }: Report): number => (tokens * 1e6) / processor

async function memoryOfMap(revocations: number): Promise<Memory> {
  const process = new Following()
  const { memory } = await process.order({ do: 'map', revocations })
  process.stop()
  return memory!
}

export function crowdTables({ revocations, stores, map }: Crowds): Table[] {
  const many = revocations.toLocaleString('en')
  return [
    {
      title: `${many} revocations in force: memory in megabytes`,
      columns: ['', 'server starts, ms', 'server MB', 'service live, s', 'heap', 'arrays', 'resident'],
      rows: [
        ...stores.flatMap((store) => [
          [`${store.kind}, none`, ...startCells(store.none)],
          [`${store.kind}, ${many}`, ...startCells(store.many)],
        ]),
        ['Map from base64url to time', '–', '–', '–', ...memoryCells(map)],
      ],
    },
    {
      title: 'Look-ups per second of processor time',
      columns: ['', 'none in force', many, 'ratio', 'after a revocation: none', many, 'ratio'],
      rows: stores.map(({ kind, none, many }) => [
        kind,
        ...rateCells(none.seen, many.seen),
        ...rateCells(none.again, many.again),
      ]),
    },
    {
      title: `${many} revocations at once: delay of a token in milliseconds while they arrive`,
      columns: [
        '',
        'all known after, s',
        'quiet p50',
        'p99',
        'most',
        'meanwhile p50',
        'p99',
        'most',
        'server MB more',
      ],
      rows: stores.map(({ kind, burst }) => [
        kind,
        figure(burst.seconds),
        ...delayCells(burst.quiet),
        ...delayCells(burst.during),
        figure(burst.serverMemory),
      ]),
    },
  ]
}

const startCells = ({ serverStart, serverMemory, live, memory }: Start): string[] => [
  ...[serverStart, serverMemory, live].map(figure),
  ...memoryCells(memory),
]

const memoryCells = ({ heap, arrays, resident }: Memory): string[] => [heap, arrays, resident].map(figure)

const rateCells = (none: readonly number[], many: readonly number[]): string[] =>
  [spread(none), spread(many), ratios(many, none)].map(figures)

const delayCells = ({ p50, p99, most }: Delay): string[] => [p50, p99, most].map(figure)

export function crowdGoals({ stores }: Crowds): Goal[] {
  return stores.flatMap(({ kind, none, many }) => {
    const least = (what: string, ratio: ReturnType<typeof ratios>): Goal => ({
      goal: `${kind}: ${what} ≥ 0.9 × those with none`,
      reached: figures(ratio),
      met: ratio.median >= 0.9,
    })
    const more = memoryBetween(none.memory, many.memory)
    const atMost = (what: string, megabytes: number): Goal => ({
      goal: `${kind}: ≤ 100 MB more ${what} in the service`,
      reached: figure(megabytes),
      met: megabytes <= 100,
    })
    return [
      least('look-ups', ratios(many.seen, none.seen)),
      least('look-ups after a revocation', ratios(many.again, none.again)),
      atMost('in use', more.heap + more.arrays),
      atMost('resident', more.resident),
    ]
  })
}
