import { figure, figures } from '../harness/format.ts'
import { type Contender, interleave, withContenders } from '../harness/contest.ts'
import { processorTime, processorTimeOfFamily } from '../harness/process-usage.ts'
import type { Findings, Goal, Table } from '../harness/result.ts'
import { entriesOn, type Scope } from '../harness/scope.ts'
import { ratios, spread } from '../harness/statistics.ts'
import type { DatabaseKind } from '../harness/subject.ts'

interface Sample {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time per refresh. */
  readonly server: number
  readonly database: number
}

type Samples = ReadonlyMap<string, readonly Sample[]>

interface Arena {
  readonly title: string
  readonly kinds: readonly DatabaseKind[]
  /** Limits of the durability that a refresh of ours has, and what share of each is to be reached. */
  readonly limits: Readonly<Record<string, number>>
}

const arenas: readonly Arena[] = [
  {
    title: 'SQLite, synchronous=NORMAL',
    kinds: ['sqlite'],
    limits: { floor: 0.8, 'floor, grouped': 0.6 },
  },
  { title: 'SQLite, synchronous=FULL', kinds: ['sqlite-full'], limits: {} },
  {
    title: 'PostgreSQL',
    kinds: ['postgres', 'postgres-async'],
    limits: { 'floor, asynchronous commit': 0.7, 'floor, grouped, asynchronous commit': 0.6 },
  },
]

const connections = 16
const sessions = 6 * connections

/** P4: refreshes per second over HTTP, side by side. */
export async function measureRefresh(scope: Scope): Promise<Findings> {
  const outcomes: { arena: Arena; samples: Samples }[] = []
  for (const arena of arenas) {
    const samples = await withContenders(
      entriesOn(arena.kinds, scope),
      scope.postgres,
      sessions,
      (contenders) => race(contenders, scope),
    )
    outcomes.push({ arena, samples })
  }
  return {
    title: 'P4: refresh over HTTP',
    tables: outcomes.map(({ arena, samples }) => tableOf(arena, samples)),
    goals: outcomes.flatMap(({ arena, samples }) => goalsOf(arena, samples)),
    samples: outcomes.map(({ arena, samples }) => ({ arena: arena.title, ...Object.fromEntries(samples) })),
  }
}

async function race(contenders: Contender[], { quick, postgres }: Scope): Promise<Samples> {
  const seconds = quick ? 1 : 3
  const run = async ({ load, server, database }: Contender): Promise<Sample> => {
    const family = database.url.startsWith('postgres') ? (postgres.pid ?? 0) : 0
    const before = { server: processorTime(server.pid), database: processorTimeOfFamily(family) }
    const { exchanges, seconds: took, p50, p99 } = await load.order({ do: 'refresh', connections, seconds })
    return {
      perSecond: exchanges / took,
      p50,
      p99,
      server: (processorTime(server.pid) - before.server) / exchanges,
      database: (processorTimeOfFamily(family) - before.database) / exchanges,
    }
  }
  await interleave(contenders, 1, run) // compiles what is hot
  const samples = await interleave(contenders, quick ? 2 : 7, run)
  return new Map([...samples].map(([{ name }, rounds]) => [name, rounds]))
}

function tableOf({ title }: Arena, samples: Samples): Table {
  const floor = rates(samples, 'floor')
  return {
    title,
    columns: ['', 'refreshes/s', '× floor', 'p50 ms', 'p99 ms', 'server µs', 'database µs'],
    rows: [...samples].map(([name, rounds]) => [
      name,
      figures(spread(rounds.map(({ perSecond }) => perSecond))),
      figures(ratios(rates(samples, name), floor)),
      ...(['p50', 'p99', 'server', 'database'] as const).map((key) =>
        figure(spread(rounds.map((sample) => sample[key])).median),
      ),
    ]),
  }
}

function goalsOf({ title, limits }: Arena, samples: Samples): Goal[] {
  const own = rates(samples, 'latchkey')
  if (own.length === 0) return []
  const peers = [...samples.keys()].filter((name) => name !== 'latchkey' && !name.startsWith('floor'))
  const goal = (against: string, least: number): Goal => {
    const ratio = ratios(own, rates(samples, against))
    return { goal: `${title}: ≥ ${least} × ${against}`, reached: figures(ratio), met: ratio.median >= least }
  }
  const shares = Object.entries(limits).map(([name, least]) => goal(name, least))
  return [...shares, ...peers.map((name) => goal(name, 2))]
}

function rates(samples: Samples, name: string): number[] {
  return (samples.get(name) ?? []).map(({ perSecond }) => perSecond)
}
