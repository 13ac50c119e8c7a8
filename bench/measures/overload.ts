import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '../harness/connection.ts'
import { type Contender, withContenders } from '../harness/contest.ts'
import { figure, figures } from '../harness/format.ts'
import type { Findings } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { quantile, ratios, spread } from '../harness/statistics.ts'
import { latchkey } from '../subjects/latchkey.ts'

interface Crowd {
  readonly signedIn: number
  /** When each was told to come again later, in milliseconds, ascending. */
  readonly refused: readonly number[]
}

interface Round {
  readonly what: 'refresh' | 'guarded'
  /** 99th percentiles in milliseconds. */
  readonly quiet: number
  readonly crowded: number
  readonly crowds: readonly Crowd[]
}

const size = 500
/** 100 exchanges a second, as in P6. */
const calm = { connections: 4, pace: 40 }

/** 500 sign-ins at one moment, again and again: how soon the others are refused, and what everybody else notices. */
export async function measureOverload({ quick, postgres }: Scope): Promise<Findings> {
  const entries = [{ subject: latchkey, kind: 'sqlite' as const }]
  const rounds = await withContenders(entries, postgres, 4 * calm.connections, async ([contender]) => {
    const played: Round[] = []
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const what of ['refresh', 'guarded'] as const) {
        played.push(await play(contender as Contender, what, quick ? 3 : 10))
      }
    }
    return played
  })
  const refused = Float64Array.from(
    rounds.flatMap(({ crowds }) => crowds.flatMap((each) => each.refused)),
  ).sort()
  const signedIn = rounds.flatMap(({ crowds }) => crowds.map((each) => each.signedIn))
  const delays = (['refresh', 'guarded'] as const).map((what) => {
    const own = rounds.filter((round) => round.what === what)
    return { what, quiet: own.map(({ quiet }) => quiet), crowded: own.map(({ crowded }) => crowded) }
  })
  return {
    title: `Overload: ${size} sign-ins at one moment, on SQLite`,
    tables: [
      {
        title: 'The crowd',
        columns: ['signed in, of each', 'refused: p50 ms', 'p99 ms', 'last ms'],
        rows: [
          [
            figures(spread(signedIn)),
            figure(quantile(refused, 0.5)),
            figure(quantile(refused, 0.99)),
            figure(refused.at(-1) ?? Number.NaN),
          ],
        ],
      },
      {
        title: '99th percentile of others, at 100 requests a second, in milliseconds',
        columns: ['', 'quiet', 'beside the crowd', 'ratio'],
        rows: delays.map(({ what, quiet, crowded }) => [
          what === 'refresh' ? 'refresh' : 'guarded GET',
          figures(spread(quiet)),
          figures(spread(crowded)),
          figures(ratios(crowded, quiet)),
        ]),
      },
    ],
    goals: delays.map(({ what, quiet, crowded }) => {
      const { median } = ratios(crowded, quiet)
      return {
        goal: `p99 of ${what} beside the crowd ≤ 3 × quiet`,
        reached: figure(median),
        met: median <= 3,
      }
    }),
    samples: rounds,
  }
}

async function play({ server, load }: Contender, what: Round['what'], seconds: number): Promise<Round> {
  const { p99: quiet } = await load.order({ do: what, ...calm, seconds })
  let isOver = false
  const crowding = crowdUntil(server.port, () => isOver)
  await sleep(200)
  const { p99: crowded } = await load.order({ do: what, ...calm, seconds })
  isOver = true
  return { what, quiet, crowded, crowds: await crowding }
}

/** One crowd after the other: the next one comes when the last has its answers. */
async function crowdUntil(port: number, isOver: () => boolean): Promise<Crowd[]> {
  const connections = Array.from({ length: size }, () => new Connection(port))
  const crowds: Crowd[] = []
  while (!isOver()) crowds.push(await crowd(connections))
  for (const connection of connections) connection.close()
  return crowds
}

async function crowd(connections: readonly Connection[]): Promise<Crowd> {
  const from = performance.now()
  const answers = await Promise.all(
    connections.map(async (connection, turn) => {
      const { status } = await connection.send(latchkey.client.signIn!(turn))
      return { status, after: performance.now() - from }
    }),
  )
  const other = answers.find(({ status }) => status !== 200 && status !== 503)
  if (other) throw new Error(`a sign-in was answered ${other.status}`)
  const refused = answers.filter(({ status }) => status === 503).map(({ after }) => after)
  return { signedIn: answers.length - refused.length, refused: refused.toSorted((a, b) => a - b) }
}
