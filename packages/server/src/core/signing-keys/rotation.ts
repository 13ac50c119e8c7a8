import { type Instant, type Milliseconds, minutes } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { noteChange } from '../revocations/store.ts'
import { listKeys, moveKey, type SigningKeyRow } from './store.ts'
import { load } from './load-keys.ts'
import { generate, insert } from './new-keys.ts'
import { jwksMaxAge } from './key-use.ts'
import type { FreshKey, SigningKeyNeeds } from './signing-key-needs.ts'

/** Allowed between clocks when a key leaves service. */
const margin: Milliseconds = minutes(5)

export async function rotate(services: SigningKeyNeeds): Promise<void> {
  await advance(services, () => true)
}

async function advance(services: SigningKeyNeeds, isDue: (current: SigningKeyRow) => boolean): Promise<void> {
  const { db, revocations } = services
  const fresh = await generate(services)
  await db.transaction(async (tx) => {
    await noteChange(tx)
    const rows = await listKeys(tx)
    const current = rows.find(({ state }) => state === 'current')
    // Looked at under the lock: another process may just have rotated.
    if (current && isDue(current)) await succeed(services, tx, rows, fresh)
  })
  await load(services)
  await revocations.announce()
}

/** The next key signs from now on, and the fresh one comes after it. */
async function succeed(
  services: SigningKeyNeeds,
  tx: Queryable,
  rows: SigningKeyRow[],
  fresh: FreshKey,
): Promise<void> {
  const { ports } = services
  const [current, next] = (['current', 'next'] as const).map((each) =>
    rows.find(({ state }) => state === each),
  )
  if (!current || !next) return
  await moveKey(tx, current.kid, 'current', 'previous', ports.now())
  await moveKey(tx, next.kid, 'next', 'current', ports.now())
  await insert(services, tx, fresh, 'next')
}

export async function retire(services: SigningKeyNeeds, kid: string): Promise<boolean> {
  const { db, ports, revocations } = services
  const fresh = await generate(services)
  const entries = await db.transaction(async (tx) => {
    await noteChange(tx)
    const rows = await listKeys(tx)
    // Looked at under the lock: another process may have rotated, and this key be the one that signs.
    const from = rows.find((row) => row.kid === kid)?.state
    if (!from || from === 'retired') return null
    if (from === 'current') await succeed(services, tx, rows, fresh)
    await moveKey(tx, kid, from === 'current' ? 'previous' : from, 'retired', ports.now())
    if (from === 'next') await insert(services, tx, fresh, 'next')
    return await revocations.append(tx, [{ kind: 'key', subject: kid }])
  })
  if (!entries) return false
  revocations.remember(entries)
  await load(services)
  await revocations.announce()
  return true
}

export async function maintain(services: SigningKeyNeeds): Promise<void> {
  const { db, ports, rotation, accessTokenTtl, held } = services
  if (ports.isTimeInDoubt()) return
  const isDue = ({ stateSince }: { stateSince: Instant }) =>
    rotation > 0 && stateSince + rotation <= ports.now()
  const current = held.keys.find(({ state }) => state === 'current')
  if (current && isDue(current)) await advance(services, (row) => isDue({ stateSince: row.state_since }))
  const outOfService = jwksMaxAge + accessTokenTtl + margin
  const spent = held.keys.filter(
    ({ state, stateSince }) => state === 'previous' && stateSince + outOfService <= ports.now(),
  )
  if (spent.length === 0) return
  await db.transaction(async (tx) => {
    await noteChange(tx)
    for (const { kid } of spent) await moveKey(tx, kid, 'previous', 'retired', ports.now())
  })
  await load(services)
}
