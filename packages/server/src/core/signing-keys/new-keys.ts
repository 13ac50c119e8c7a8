import { randomBytes } from 'node:crypto'
import type { Queryable } from '../../db/database.ts'
import { noteChange } from '../revocations/store.ts'
import { algorithms } from './algorithms.ts'
import { insertKey, type KeyState, listKeys, moveKey, resealKey, type SigningKeyRow } from './store.ts'
import { load } from './load-keys.ts'
import type { FreshKey, SigningKeyNeeds } from './signing-key-needs.ts'

/** Runs at start only: servers with different settings side by side must not overrule each other in turns. */
export async function ensure(services: SigningKeyNeeds): Promise<void> {
  const { db } = services
  if (!isComplete(services, await listKeys(db))) await complete(services)
  await load(services)
  if (services.mayReseal()) await resealOld(services, await listKeys(db))
}

function isComplete(services: SigningKeyNeeds, rows: SigningKeyRow[]): boolean {
  const { algorithm } = services
  return (['current', 'next'] as const).every((state) =>
    rows.some((row) => row.state === state && row.algorithm === algorithm),
  )
}

async function complete(services: SigningKeyNeeds): Promise<void> {
  const { db, ports, revocations, algorithm } = services
  const fresh = [await generate(services), await generate(services)] as const
  await db.transaction(async (tx) => {
    await noteChange(tx)
    const rows = await listKeys(tx)
    if (isComplete(services, rows)) return
    const next = rows.find(({ state }) => state === 'next')
    if (next && next.algorithm !== algorithm) await moveKey(tx, next.kid, 'next', 'previous', ports.now())
    const current = rows.find(({ state }) => state === 'current')
    if (current?.algorithm === algorithm) {
      await insert(services, tx, fresh[1], 'next')
      return
    }
    if (current) await moveKey(tx, current.kid, 'current', 'previous', ports.now())
    await insert(services, tx, fresh[0], 'current')
    if (next?.algorithm !== algorithm) await insert(services, tx, fresh[1], 'next')
  })
  await revocations.announce()
}

export async function generate(services: SigningKeyNeeds): Promise<FreshKey> {
  const { ring, algorithm } = services
  // Hexadecimal: a key id is typed on command lines, where a leading hyphen would be read as an option.
  const kid = randomBytes(8).toString('hex')
  return { kid, sealed: ring.seal('signing-keys', await algorithms[algorithm].generate(), kid) }
}

export async function insert(
  services: SigningKeyNeeds,
  tx: Queryable,
  { kid, sealed }: FreshKey,
  state: KeyState,
): Promise<void> {
  const { ports, algorithm } = services
  const now = ports.now()
  await insertKey(tx, { kid, algorithm, state, private_key: sealed, created_at: now, state_since: now })
}

/** So that a secret can leave the ring once every server has started with the new one. */
async function resealOld(services: SigningKeyNeeds, rows: SigningKeyRow[]): Promise<void> {
  const { db, ring } = services
  for (const { kid, private_key: sealed } of rows) {
    if (ring.isCurrent('signing-keys', sealed)) continue
    await resealKey(db, kid, ring.seal('signing-keys', ring.open('signing-keys', sealed, kid), kid))
  }
}
