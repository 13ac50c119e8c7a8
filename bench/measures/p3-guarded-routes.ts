import { type Contender, interleave, withContenders } from '../harness/contest.ts'
import { figure, figures } from '../harness/format.ts'
import { processorTime } from '../harness/process-usage.ts'
import type { Findings, Goal, Table } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { ratios, spread } from '../harness/statistics.ts'
import { openTokenIssuer, type TokenIssuer } from '../harness/token-issuer.ts'
import { type Framework, frameworks, guardedSubjects } from '../subjects/guarded.ts'

interface Sample {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time per request. */
  readonly server: number
}

interface Outcome {
  readonly framework: Framework
  /** By guard. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>
}

const connections = 16
const sessions = 6 * connections

/** P3: a route behind a guard, against the same route without one. */
export async function measureGuardedRoutes(scope: Scope): Promise<Findings> {
  const issuer = await openTokenIssuer('ES256', 0)
  const outcomes: Outcome[] = []
  for (const framework of frameworks) {
    const samples = await withContenders(
      entriesOf(framework, issuer, scope),
      scope.postgres,
      sessions,
      (contenders) => race(contenders, scope),
    )
    outcomes.push({ framework, samples })
  }
  issuer.close()
  return {
    title: 'P3: a guarded route',
    tables: outcomes.map(tableOf),
    goals: outcomes.flatMap(goalsOf),
    samples: outcomes.map(({ framework, samples }) => ({ framework, ...Object.fromEntries(samples) })),
  }
}

function entriesOf(framework: Framework, { facts }: TokenIssuer, { only }: Scope) {
  return guardedSubjects
    .filter(({ name }) => name.startsWith(`${framework}, `))
    .filter(
      ({ name }) =>
        only.length === 0 || name.endsWith('unguarded') || only.some((part) => name.includes(part)),
    )
    .map((subject) => ({
      subject: { ...subject, environment: { ...subject.environment, ISSUER: facts.url } },
      kind: 'sqlite' as const,
    }))
}

async function race(contenders: Contender[], { quick }: Scope): Promise<Outcome['samples']> {
  const seconds = quick ? 1 : 3
  const run = async ({ load, server }: Contender): Promise<Sample> => {
    const before = processorTime(server.pid)
    const { exchanges, seconds: took, p50, p99 } = await load.order({ do: 'guarded', connections, seconds })
    const perExchange = (processorTime(server.pid) - before) / exchanges
    return { perSecond: exchanges / took, p50, p99, server: perExchange }
  }
  await interleave(contenders, 1, run) // compiles what is hot
  const samples = await interleave(contenders, quick ? 2 : 7, run)
  return new Map([...samples].map(([{ name }, rounds]) => [name.slice(name.indexOf(', ') + 2), rounds]))
}

function tableOf({ framework, samples }: Outcome): Table {
  return {
    title: titles[framework],
    columns: ['', 'requests/s', '× unguarded', 'p50 ms', 'p99 ms', 'server µs'],
    rows: [...samples].map(([guard, rounds]) => [
      guard,
      figures(spread(rounds.map(({ perSecond }) => perSecond))),
      figures(ratios(rates(samples, guard), rates(samples, 'unguarded'))),
      ...(['p50', 'p99', 'server'] as const).map((key) =>
        figure(spread(rounds.map((sample) => sample[key])).median),
      ),
    ]),
  }
}

const titles: Record<Framework, string> = { express: 'Express 5', fastify: 'Fastify 5', hono: 'Hono 4' }

function goalsOf({ framework, samples }: Outcome): Goal[] {
  const own = rates(samples, 'latchkey')
  if (own.length === 0) return []
  const goal = (against: string, least: number): Goal => {
    const ratio = ratios(own, rates(samples, against))
    return {
      goal: `${titles[framework]}: ≥ ${least} × ${against}`,
      reached: figures(ratio),
      met: ratio.median >= least,
    }
  }
  const peers = [...samples.keys()].filter((guard) => guard.startsWith('better-auth'))
  return [goal('unguarded', 0.95), ...peers.map((guard) => goal(guard, 5))]
}

function rates(samples: Outcome['samples'], guard: string): number[] {
  return (samples.get(guard) ?? []).map(({ perSecond }) => perSecond)
}
