import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Contender, interleave, withContenders } from '../harness/contest.ts'
import { figure, figures } from '../harness/format.ts'
import { Load } from '../harness/load.ts'
import type { Findings, Goal, Table } from '../harness/result.ts'
import { entriesOn, type Scope } from '../harness/scope.ts'
import { ratios, spread } from '../harness/statistics.ts'

interface SignIns {
  readonly name: string
  readonly perSecond: readonly number[]
  readonly hashesPerSecond: readonly number[]
}

interface Delays {
  readonly name: string
  readonly what: 'refresh' | 'guarded'
  /** Each round's 99th percentile in milliseconds. */
  readonly quiet: readonly number[]
  readonly flood: readonly number[]
}

const run = promisify(execFile)
const floodConnections = 16
/** 100 exchanges a second, far below what any subject can do when it is quiet. */
const calm = { connections: 4, pace: 40 }

/** P6: sign-ins against the hashes the machine can do, and what a flood of them does to everybody else. */
export async function measureSignIn(scope: Scope): Promise<Findings> {
  const entries = entriesOn(['sqlite'], scope).filter(
    ({ subject }) => subject.client.signIn && subject.name !== 'floor, grouped',
  )
  const { signIns, delays } = await withContenders(
    entries,
    scope.postgres,
    4 * calm.connections,
    async (contenders) => ({
      signIns: await compareSignIns(contenders, scope),
      delays: await compareDelays(contenders, scope),
    }),
  )
  return {
    title: 'P6: sign-in',
    tables: [signInTable(signIns), delayTable(delays)],
    goals: goalsOf(signIns, delays),
    samples: { signIns, delays },
  }
}

async function compareSignIns(contenders: Contender[], { quick }: Scope): Promise<SignIns[]> {
  const seconds = quick ? 2 : 5
  const samples = await interleave(contenders, quick ? 2 : 5, async ({ load }) => {
    const { stdout } = await run(process.execPath, ['bench/servers/argon2id.ts', String(seconds)])
    const { exchanges, seconds: took } = await load.order({
      do: 'signIn',
      connections: floodConnections,
      seconds,
    })
    return { perSecond: exchanges / took, hashesPerSecond: Number(stdout) }
  })
  return [...samples].map(([{ name }, rounds]) => ({
    name,
    perSecond: rounds.map(({ perSecond }) => perSecond),
    hashesPerSecond: rounds.map(({ hashesPerSecond }) => hashesPerSecond),
  }))
}

async function compareDelays(contenders: Contender[], { quick }: Scope): Promise<Delays[]> {
  const seconds = quick ? 3 : 10
  const compared: Delays[] = []
  for (const contender of contenders) {
    for (const what of ['refresh', 'guarded'] as const) {
      const quiet: number[] = []
      const flood: number[] = []
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        quiet.push((await contender.load.order({ do: what, ...calm, seconds })).p99)
        flood.push(await duringFlood(contender, what, seconds))
      }
      compared.push({ name: contender.name, what, quiet, flood })
    }
  }
  return compared
}

async function duringFlood(
  { subject, server, load }: Contender,
  what: Delays['what'],
  seconds: number,
): Promise<number> {
  const flood = new Load()
  await flood.order({ do: 'seed', subject: subject.name, port: server.port, sessions: 0 })
  const flooding = flood.order({ do: 'signIn', connections: floodConnections, seconds: seconds + 1 })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { p99 } = await load.order({ do: what, ...calm, seconds })
  await flooding
  flood.stop()
  return p99
}

function signInTable(signIns: SignIns[]): Table {
  return {
    title: 'Sign-ins on SQLite, 16 connections',
    columns: ['', 'sign-ins/s', 'Argon2id hashes/s', 'ratio'],
    rows: signIns.map(({ name, perSecond, hashesPerSecond }) => [
      name,
      figures(spread(perSecond)),
      figures(spread(hashesPerSecond)),
      figures(ratios(perSecond, hashesPerSecond)),
    ]),
  }
}

function delayTable(delays: Delays[]): Table {
  return {
    title: '99th percentile, at 100 requests a second, in milliseconds',
    columns: ['', 'quiet', 'during a flood of sign-ins', 'ratio'],
    rows: delays.map(({ name, what, quiet, flood }) => [
      `${name}: ${what === 'refresh' ? 'refresh' : 'guarded GET'}`,
      figures(spread(quiet)),
      figures(spread(flood)),
      figures(ratios(flood, quiet)),
    ]),
  }
}

function goalsOf(signIns: SignIns[], delays: Delays[]): Goal[] {
  const rates = signIns.filter(({ name }) => name === 'latchkey')
  return [
    ...rates.map(({ perSecond, hashesPerSecond }) => {
      const { median } = ratios(perSecond, hashesPerSecond)
      return { goal: '≥ 0.9 of the hashes the machine can do', reached: figure(median), met: median >= 0.9 }
    }),
    ...delays
      .filter(({ name }) => name === 'latchkey')
      .map(({ what, quiet, flood }) => {
        const { median } = ratios(flood, quiet)
        return { goal: `p99 of ${what} in a flood ≤ 3 × quiet`, reached: figure(median), met: median <= 3 }
      }),
  ]
}
