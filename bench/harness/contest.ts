import type { Postgres } from '../../test/support/postgres.ts'
import { type Database, openDatabase } from './database.ts'
import { Load } from './load.ts'
import { type Server, startServer } from './server.ts'
import type { DatabaseKind, Subject } from './subject.ts'

/** A subject that runs on its own database, with clients that are signed in. */
export interface Contender {
  readonly name: string
  readonly subject: Subject
  readonly database: Database
  readonly server: Server
  readonly load: Load
}

export interface Entry {
  readonly subject: Subject
  readonly kind: DatabaseKind
}

/** Starts them all, lets `compete` have them, and clears away. */
export async function withContenders<T>(
  entries: readonly Entry[],
  postgres: Postgres,
  sessions: number,
  compete: (contenders: Contender[]) => Promise<T>,
): Promise<T> {
  const contenders: Contender[] = []
  try {
    for (const entry of entries) contenders.push(await enter(entry, postgres, sessions))
    return await compete(contenders)
  } finally {
    for (const { load, server, database } of contenders) {
      load.stop()
      await server.stop()
      await database.drop()
    }
  }
}

async function enter({ subject, kind }: Entry, postgres: Postgres, sessions: number): Promise<Contender> {
  const database = await openDatabase(kind, postgres)
  const server = await startServer(subject, database)
  const load = new Load()
  await load.order({ do: 'seed', subject: subject.name, port: server.port, sessions })
  const name = kind === 'postgres-async' ? `${subject.name}, asynchronous commit` : subject.name
  return { name, subject, database, server, load }
}

/**
 * Every contender once per round, each round in another order, so that a slow minute of the machine falls on all.
 * Returns each contender's samples by round.
 */
export async function interleave<C, T>(
  contenders: readonly C[],
  rounds: number,
  play: (one: C) => Promise<T>,
): Promise<Map<C, T[]>> {
  const samples = new Map<C, T[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    const turn = round % contenders.length
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      samples.get(contender)?.push(await play(contender))
    }
  }
  return samples
}
