import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '../harness/connection.ts'
import { type Contender, interleave, withContenders } from '../harness/contest.ts'
import { figure, figures } from '../harness/format.ts'
import type { Findings, Goal, Table } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { quantile, ratios, spread } from '../harness/statistics.ts'
import { crowded } from '../subjects/floor.ts'
import type { Subject } from '../harness/subject.ts'
import { latchkey } from '../subjects/latchkey.ts'

interface Crowd {
  readonly signedIn: number
  /** When each was told to come again later, in milliseconds, ascending. */
  readonly refused: readonly number[]
}

interface Round {
  readonly who: string
  readonly what: Asked
  /** 99th percentiles in milliseconds. */
  readonly quiet: number
  readonly crowded: number
  readonly crowds: readonly Crowd[]
}

type Asked = (typeof asked)[number]

const asked = ['refresh', 'guarded'] as const
const size = 500
/** 100 exchanges a second, as in P6. */
const calm = { connections: 4, pace: 40 }

/** 500 sign-ins at one moment, again and again: how soon the others are refused, and what everybody else notices. */
export async function measureOverload({ quick, postgres }: Scope): Promise<Findings> {
  const entries = [crowded, latchkey].map((subject) => ({ subject, kind: 'sqlite' as const }))
  const rounds = await withContenders(entries, postgres, 4 * calm.connections, (contenders) =>
    playAll(contenders, quick ? { rounds: 2, seconds: 3 } : { rounds: 5, seconds: 10 }),
  )
  const ofFloor = rounds.filter(({ who }) => who === crowded.name)
  const ours = rounds.filter(({ who }) => who === latchkey.name)
  return {
    title: `Overload: ${size} sign-ins at one moment, on SQLite`,
    tables: [crowdTable([ofFloor, ours]), delayTable([ofFloor, ours])],
    goals: asked.flatMap((what) => goalsOf(what, of(ofFloor, what), of(ours, what))),
    samples: rounds.map((round) => ({ ...round, crowds: round.crowds.map(inShort) })),
  }
}

async function playAll(
  contenders: readonly Contender[],
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Round[]> {
  const played: Round[] = []
  await interleave(contenders, rounds, async (contender) => {
    for (const what of asked) played.push(await play(contender, what, seconds))
  })
  return played
}

const of = (rounds: readonly Round[], what: Asked): readonly Round[] =>
  rounds.filter((round) => round.what === what)

const quietOf = (rounds: readonly Round[]): number[] => rounds.map(({ quiet }) => quiet)
const crowdedOf = (rounds: readonly Round[]): number[] => rounds.map((round) => round.crowded)

function crowdTable(groups: readonly (readonly Round[])[]): Table {
  const rows = groups.map((rounds) => {
    const crowds = rounds.flatMap((round) => round.crowds)
    const refused = Float64Array.from(crowds.flatMap((each) => each.refused)).sort()
    return [
      rounds[0]?.who ?? '',
      figures(spread(crowds.map(({ signedIn }) => signedIn))),
      figure(quantile(refused, 0.5)),
      figure(quantile(refused, 0.99)),
      figure(refused.at(-1) ?? Number.NaN),
    ]
  })
  return {
    title: 'The crowd',
    columns: ['', 'signed in, of each', 'refused: p50 ms', 'p99 ms', 'last ms'],
    rows,
  }
}

function delayTable(groups: readonly (readonly Round[])[]): Table {
  const rows = groups.flatMap((rounds) =>
    asked.map((what) => {
      const own = of(rounds, what)
      const [quiet, beside] = [quietOf(own), crowdedOf(own)]
      return [
        `${own[0]?.who}, ${what === 'refresh' ? 'refresh' : 'guarded GET'}`,
        figures(spread(quiet)),
        figures(spread(beside)),
        figures(ratios(beside, quiet)),
      ]
    }),
  )
  return {
    title: '99th percentile of others, at 100 requests a second, in milliseconds',
    columns: ['', 'quiet', 'beside the crowd', 'ratio'],
    rows,
  }
}

/** Without the time of each refusal: there are hundreds of thousands. */
function inShort({ signedIn, refused }: Crowd): object {
  return {
    signedIn,
    refused: { p50: quantile(refused, 0.5), p99: quantile(refused, 0.99), last: refused.at(-1) },
  }
}

/** The floor answers the crowd with the least work there is: what it makes others wait, any server does. */
function goalsOf(what: Asked, ofFloor: readonly Round[], ours: readonly Round[]): Goal[] {
  const toQuiet = ratios(crowdedOf(ours), quietOf(ours)).median
  const toFloor = ratios(crowdedOf(ours), crowdedOf(ofFloor)).median
  return [
    { goal: `p99 of ${what} beside the crowd ≤ 3 × quiet`, reached: figure(toQuiet), met: toQuiet <= 3 },
    { goal: `p99 of ${what} beside the crowd ≤ 3 × floor`, reached: figure(toFloor), met: toFloor <= 3 },
  ]
}

async function play(
  { name, subject, server, load }: Contender,
  what: Asked,
  seconds: number,
): Promise<Round> {
  const { p99: quiet } = await load.order({ do: what, ...calm, seconds })
  let isOver = false
  const crowding = crowdUntil(server.port, subject, () => isOver)
  await sleep(200)
  const { p99: beside } = await load.order({ do: what, ...calm, seconds })
  isOver = true
  return { who: name, what, quiet, crowded: beside, crowds: await crowding }
}

/** One crowd after the other: the next one comes when the last has its answers. */
async function crowdUntil(port: number, subject: Subject, isOver: () => boolean): Promise<Crowd[]> {
  const connections = Array.from({ length: size }, () => new Connection(port))
  const crowds: Crowd[] = []
  while (!isOver()) crowds.push(await crowd(connections, subject))
  for (const connection of connections) connection.close()
  return crowds
}

async function crowd(connections: readonly Connection[], { client }: Subject): Promise<Crowd> {
  const from = performance.now()
  const answers = await Promise.all(
    connections.map(async (connection, turn) => {
      const { status } = await connection.send(client.signIn!(turn))
      return { status, after: performance.now() - from }
    }),
  )
  const other = answers.find(({ status }) => status !== 200 && status !== 503)
  if (other) throw new Error(`a sign-in was answered ${other.status}`)
  const refused = answers.filter(({ status }) => status === 503).map(({ after }) => after)
  return { signedIn: answers.length - refused.length, refused: refused.toSorted((a, b) => a - b) }
}
