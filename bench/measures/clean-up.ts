import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '../harness/database.ts'
import { countRows, fillCounters } from '../harness/fill-counters.ts'
import { figure, figures } from '../harness/format.ts'
import { Load } from '../harness/load.ts'
import type { Findings } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { startServer } from '../harness/server.ts'
import { ratios, spread } from '../harness/statistics.ts'
import type { DatabaseKind, Subject } from '../harness/subject.ts'
import { latchkey } from '../subjects/latchkey.ts'

interface Cleaned {
  readonly kind: DatabaseKind
  /** 99th percentiles of refresh in milliseconds, slice by slice. */
  readonly quiet: readonly number[]
  readonly cleaning: readonly number[]
  /** Until the last row is gone. */
  readonly seconds: number
}

const rows = 1_000_000
const calm = { connections: 4, pace: 40 }
const subject: Subject = {
  ...latchkey,
  command: ['--conditions=default', 'bench/servers/latchkey-cleaning.ts'],
}

/** A million expired rows go: what a refresh notices of it. */
export async function measureCleanUp({ quick, postgres }: Scope): Promise<Findings> {
  const cleaned: Cleaned[] = []
  for (const kind of ['sqlite', 'postgres'] as const) {
    const database = await openDatabase(kind, postgres)
    cleaned.push(await clean(database, quick ? rows / 10 : rows))
    await database.drop()
  }
  return {
    title: `Clean-up of ${(quick ? rows / 10 : rows).toLocaleString('en')} expired rows`,
    tables: [
      {
        title: '99th percentile of refresh, at 100 a second, in milliseconds',
        columns: ['', 'quiet', 'while rows go', 'ratio', 'seconds until they are gone'],
        rows: cleaned.map(({ kind, quiet, cleaning, seconds }) => [
          kind === 'sqlite' ? 'SQLite' : 'PostgreSQL',
          figures(spread(quiet)),
          figures(spread(cleaning)),
          figures(ratios(cleaning, quiet)),
          figure(seconds),
        ]),
      },
    ],
    goals: cleaned.map(({ kind, quiet, cleaning }) => {
      const { median } = ratios(cleaning, quiet)
      return { goal: `${kind}: p99 while rows go ≤ 2 × quiet`, reached: figure(median), met: median <= 2 }
    }),
    samples: cleaned,
  }
}

async function clean(database: Database, count: number): Promise<Cleaned> {
  const before = await startServer(subject, database)
  await before.stop() // it has made the tables
  await fillCounters(database.url, count)
  const server = await startServer(subject, database)
  const load = new Load()
  const slice = () => load.order({ do: 'refresh', ...calm, seconds: 3 })
  try {
    await load.order({ do: 'seed', subject: subject.name, port: server.port, sessions: 4 * calm.connections })
    const quiet: number[] = []
    for (let round = 0; round < 5; round++) quiet.push((await slice()).p99)
    const from = performance.now()
    process.kill(server.pid, 'SIGUSR2')
    const cleaning: number[] = []
    const gone = untilGone(database.url, from)
    for (let round = 0; round < quiet.length; round++) cleaning.push((await slice()).p99)
    return { kind: database.kind, quiet, cleaning, seconds: await gone }
  } finally {
    load.stop()
    await server.stop()
  }
}

async function untilGone(url: string, from: number): Promise<number> {
  while ((await countRows(url)) > 1000) await sleep(500)
  return (performance.now() - from) / 1000
}
