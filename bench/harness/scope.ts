import type { Postgres } from '../../test/support/postgres.ts'
import type { Entry } from './contest.ts'
import { type DatabaseKind, type Subject } from './subject.ts'
import { subjects } from '../subjects/index.ts'

/** The scope of this run. */
export interface Scope {
  readonly quick: boolean
  /** Names of subjects, or parts of them; empty for all. The floor is always in. */
  readonly only: readonly string[]
  readonly postgres: Postgres
}

export function entriesOn(kinds: readonly DatabaseKind[], { only }: Scope): Entry[] {
  return subjects
    .filter((subject) => isAsked(subject, only))
    .flatMap((subject) =>
      kinds.filter((kind) => subject.databases.includes(kind)).map((kind) => ({ subject, kind })),
    )
}

function isAsked({ name }: Subject, only: readonly string[]): boolean {
  return only.length === 0 || name === 'floor' || only.some((part) => name.includes(part))
}
