import type { Queryable } from '../../db/database.ts'
import type { Statement } from '../../db/statement.ts'
import type { DescribedSecret, Purpose } from './keyring.ts'

/** Values that stay for years and open only under the secret that sealed them. They begin with the byte of its key. */
export interface SealedValues {
  /** The plural, as operators read it. */
  name: string
  purpose: Purpose
  /** Selects `keyId`, the first byte, and `count`. */
  countByKey: Statement
}

export interface SealedCount {
  name: string
  count: number
  /** The fingerprint of the secret; null if it is none of those that are known. */
  secret: string | null
}

/** Counts what is sealed under which of the `known` secrets. */
export async function countSealed(
  db: Queryable,
  values: readonly SealedValues[],
  known: readonly DescribedSecret[],
): Promise<SealedCount[]> {
  const counts = await Promise.all(values.map((each) => countEach(db, each, known)))
  return counts.flat()
}

async function countEach(
  db: Queryable,
  { name, purpose, countByKey }: SealedValues,
  known: readonly DescribedSecret[],
): Promise<SealedCount[]> {
  const rows = await db.all<{ keyId: Uint8Array; count: number }>(countByKey)
  return rows.map(({ keyId, count }) => {
    const secret = known.find(({ keyIds }) => keyIds[purpose] === keyId[0])
    return { name, count, secret: secret?.fingerprint ?? null }
  })
}

/** Says how many of each: `3 authenticator apps, 20 recovery codes`. */
export function sayCounts(counts: readonly SealedCount[]): string {
  const totals = new Map<string, number>()
  for (const { name, count } of counts) totals.set(name, (totals.get(name) ?? 0) + count)
  return [...totals].map(([name, count]) => `${count} ${name}`).join(', ')
}
