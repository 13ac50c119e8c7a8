import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '../harness/database.ts'
import { fillTable } from '../harness/fill-sessions.ts'
import { figure, figures } from '../harness/format.ts'
import { Load } from '../harness/load.ts'
import { residentMegabytes } from '../harness/process-usage.ts'
import type { Findings, Goal } from '../harness/result.ts'
import { entriesOn, type Scope } from '../harness/scope.ts'
import { startServer } from '../harness/server.ts'
import { spread } from '../harness/statistics.ts'
import type { DatabaseKind, Subject } from '../harness/subject.ts'
import { bare } from '../subjects/bare.ts'

interface Footprint {
  readonly name: string
  /** Milliseconds to the first answer, on an empty database: migrations, keys and all. */
  readonly firstStart: readonly number[]
  /** The same on a database that is there. */
  readonly nextStart: readonly number[]
  /** Megabytes. */
  readonly idle: readonly number[]
  /** With 100,000 sessions in the database. */
  readonly startWithSessions?: number
  readonly idleWithSessions?: number
  readonly busyWithSessions?: number
}

const connections = 8
const manySessions = 100_000

/** P8: start to the first answer, and resident memory. Start counts from the launch of the process. */
export async function measureStartAndMemory(scope: Scope): Promise<Findings> {
  const footprints: Footprint[] = [await observe(bare, 'sqlite', scope)]
  for (const { subject, kind } of entriesOn(['sqlite', 'postgres'], scope)) {
    if (subject.name !== 'floor, grouped') footprints.push(await observe(subject, kind, scope))
  }
  return {
    title: 'P8: start and memory',
    tables: [
      {
        title: 'Milliseconds to the first answer, megabytes resident',
        columns: [
          '',
          'first start',
          'next start',
          'idle MB',
          'start, 100k sessions',
          'idle MB',
          'after load MB',
        ],
        rows: footprints.map((one) => [
          one.name,
          figures(spread(one.firstStart)),
          figures(spread(one.nextStart)),
          figures(spread(one.idle)),
          figure(one.startWithSessions ?? Number.NaN),
          figure(one.idleWithSessions ?? Number.NaN),
          figure(one.busyWithSessions ?? Number.NaN),
        ]),
      },
    ],
    goals: footprints.filter(({ name }) => name.startsWith('latchkey')).flatMap(goalsOf),
    samples: footprints,
  }
}

async function observe(subject: Subject, kind: DatabaseKind, scope: Scope): Promise<Footprint> {
  const firstStart: number[] = []
  const nextStart: number[] = []
  const idle: number[] = []
  let crowded: object = {}
  for (let round = 0; round < (scope.quick ? 1 : 5); round++) {
    const database = await openDatabase(kind, scope.postgres)
    const first = await startServer(subject, database)
    firstStart.push(first.startTime)
    await first.stop()
    const next = await startServer(subject, database)
    nextStart.push(next.startTime)
    await sleep(scope.quick ? 1000 : 3000)
    idle.push(residentMegabytes(next.pid))
    await next.stop()
    if (round === 0 && subject.sessionTable !== undefined) crowded = await crowd(subject, database, scope)
    await database.drop()
  }
  const name = subject.databases.length === 0 ? subject.name : `${subject.name}, ${kind}`
  return { name, firstStart, nextStart, idle, ...crowded }
}

/** The same with many sessions in the database, of which a few are refreshed for some seconds. */
async function crowd(subject: Subject, database: Database, { quick }: Scope): Promise<object> {
  const load = new Load()
  const seeding = await startServer(subject, database)
  await load.order({ do: 'seed', subject: subject.name, port: seeding.port, sessions: 6 * connections })
  await seeding.stop()
  await fillTable(database.url, subject.sessionTable ?? '', manySessions)
  const server = await startServer(subject, database)
  await sleep(quick ? 1000 : 3000)
  const idleWithSessions = residentMegabytes(server.pid)
  await load.order({ do: 'move', port: server.port })
  await load.order({ do: 'refresh', connections, seconds: quick ? 2 : 10 })
  const busyWithSessions = residentMegabytes(server.pid)
  load.stop()
  await server.stop()
  return { startWithSessions: server.startTime, idleWithSessions, busyWithSessions }
}

function goalsOf({
  name,
  firstStart,
  idle,
  idleWithSessions = Number.NaN,
  busyWithSessions = Number.NaN,
}: Footprint): Goal[] {
  const start = spread(firstStart).median
  const memory = spread(idle).median
  const crowdedMemory = Math.max(idleWithSessions, busyWithSessions)
  return [
    {
      goal: `${name}: first answer within 0.5 s, migrations done`,
      reached: `${figure(start)} ms`,
      met: start <= 500,
    },
    { goal: `${name}: idle ≤ 125 MB`, reached: figure(memory), met: memory <= 125 },
    {
      goal: `${name}: with 100,000 sessions, after load ≤ 180 MB`,
      reached: figure(crowdedMemory),
      met: crowdedMemory <= 180,
    },
  ]
}
