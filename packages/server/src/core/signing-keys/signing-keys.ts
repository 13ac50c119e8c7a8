import { randomBytes, type KeyObject } from 'node:crypto'
import { type Instant, type Milliseconds, minutes } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import type { RevocationLog } from '../revocations/log.ts'
import { noteChange } from '../revocations/store.ts'
import type { Algorithm } from '@latchkey/verify/core'
import { algorithms } from './algorithms.ts'
import type { SecretRing } from '../secrets/keyring.ts'
import { insertKey, type KeyState, listKeys, moveKey, resealKey, type SigningKeyRow } from './store.ts'

/** How long others may keep our JWK set; no key signs before it has been published for this long. */
export const jwksMaxAge: Milliseconds = minutes(5)

/** Allowed between clocks when a key leaves service. */
const margin: Milliseconds = minutes(5)

export interface SigningKey {
  kid: string
  algorithm: Algorithm
  state: KeyState
  createdAt: Instant
  stateSince: Instant
  key: KeyObject
  verifier: KeyObject
  /** Null for a shared secret, which is never published. */
  publicJwk: Record<string, unknown> | null
}

export interface SigningKeys {
  /** The key that signs now. */
  signer(): SigningKey
  /** A key that verifies: next, current or previous. */
  find(kid: string): SigningKey | null
  jwks(): { keys: Record<string, unknown>[] }
  list(): SigningKey[]
  /** At start: makes the first keys, and new ones where the configured algorithm is another. */
  ensure(): Promise<void>
  /** Reads the keys anew. */
  load(): Promise<void>
  /** next → current → previous, and a new next. */
  rotate(): Promise<void>
  /** Takes a key out of service at once: its tokens are refused everywhere. Returns false for an unknown key. */
  retire(kid: string): Promise<boolean>
  /** What is due by the schedule. */
  maintain(): Promise<void>
}

export interface SigningKeysOptions {
  db: Database
  ring: SecretRing
  ports: Ports
  revocations: RevocationLog
  algorithm: Algorithm
  accessTokenTtl: Milliseconds
  /** How often the current key is replaced; 0 never. */
  rotation: Milliseconds
  /** Whether every other process can open what is sealed anew. */
  mayReseal: () => boolean
}

/** Not written yet. */
interface FreshKey {
  kid: string
  sealed: Uint8Array
}

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { db, ring, ports, revocations, algorithm } = options
  let keys: SigningKey[] = []

  return { signer, find, jwks, list: () => keys, ensure, load, rotate, retire, maintain }

  /**
   * The newest key in service that caches out there already have. Right after a rotation that is still the previous
   * one: so rotations may follow each other as fast as they like and no verifier meets a key it could not know.
   */
  function signer(): SigningKey {
    const current = keys.find(({ state }) => state === 'current')
    if (!current) throw new Error('there is no signing key; load() has not run')
    const ripe = (key: SigningKey) => key.createdAt + jwksMaxAge <= ports.now() && key.algorithm === algorithm
    if (ripe(current)) return current
    const previous = keys
      .filter(({ state }) => state === 'previous')
      .sort((a, b) => b.stateSince - a.stateSince)
    return previous.find(ripe) ?? firstOf(previous) ?? current
  }

  /** In the first minutes of a new installation no key is ripe; then the oldest is the one most widely known. */
  function firstOf(previous: SigningKey[]): SigningKey | undefined {
    return previous.filter((key) => key.algorithm === algorithm).at(-1)
  }

  function find(kid: string): SigningKey | null {
    return keys.find((key) => key.kid === kid && key.state !== 'retired') ?? null
  }

  function jwks(): { keys: Record<string, unknown>[] } {
    const published = keys.filter(({ state, publicJwk }) => state !== 'retired' && publicJwk)
    return { keys: published.map(({ publicJwk }) => publicJwk as Record<string, unknown>) }
  }

  /** Only at start: servers of different settings that run side by side must not overrule each other in turns. */
  async function ensure(): Promise<void> {
    if (!isComplete(await listKeys(db))) await complete()
    await load()
    if (options.mayReseal()) await resealOld(await listKeys(db))
  }

  async function load(): Promise<void> {
    keys = (await listKeys(db)).map(toSigningKey)
  }

  function isComplete(rows: SigningKeyRow[]): boolean {
    return (['current', 'next'] as const).every((state) =>
      rows.some((row) => row.state === state && row.algorithm === algorithm),
    )
  }

  async function complete(): Promise<void> {
    const fresh = [await generate(), await generate()] as const
    await db.transaction(async (tx) => {
      await noteChange(tx)
      const rows = await listKeys(tx)
      if (isComplete(rows)) return
      const next = rows.find(({ state }) => state === 'next')
      if (next && next.algorithm !== algorithm) await moveKey(tx, next.kid, 'next', 'previous', ports.now())
      const current = rows.find(({ state }) => state === 'current')
      if (current?.algorithm === algorithm) {
        await insert(tx, fresh[1], 'next')
        return
      }
      if (current) await moveKey(tx, current.kid, 'current', 'previous', ports.now())
      await insert(tx, fresh[0], 'current')
      if (next?.algorithm !== algorithm) await insert(tx, fresh[1], 'next')
    })
    await revocations.announce()
  }

  async function rotate(): Promise<void> {
    await advance(() => true)
  }

  async function advance(isDue: (current: SigningKeyRow) => boolean): Promise<void> {
    const fresh = await generate()
    await db.transaction(async (tx) => {
      await noteChange(tx)
      const rows = await listKeys(tx)
      const current = rows.find(({ state }) => state === 'current')
      // Looked at under the lock: another process may just have rotated.
      if (current && isDue(current)) await succeed(tx, rows, fresh)
    })
    await load()
    await revocations.announce()
  }

  /** The next key signs from now on, and the fresh one comes after it. */
  async function succeed(tx: Queryable, rows: SigningKeyRow[], fresh: FreshKey): Promise<void> {
    const [current, next] = (['current', 'next'] as const).map((each) =>
      rows.find(({ state }) => state === each),
    )
    if (!current || !next) return
    await moveKey(tx, current.kid, 'current', 'previous', ports.now())
    await moveKey(tx, next.kid, 'next', 'current', ports.now())
    await insert(tx, fresh, 'next')
  }

  async function retire(kid: string): Promise<boolean> {
    const fresh = await generate()
    const entries = await db.transaction(async (tx) => {
      await noteChange(tx)
      const rows = await listKeys(tx)
      // Looked at under the lock: another process may have rotated, and this key be the one that signs.
      const from = rows.find((row) => row.kid === kid)?.state
      if (!from || from === 'retired') return null
      if (from === 'current') await succeed(tx, rows, fresh)
      await moveKey(tx, kid, from === 'current' ? 'previous' : from, 'retired', ports.now())
      if (from === 'next') await insert(tx, fresh, 'next')
      return await revocations.append(tx, [{ kind: 'key', subject: kid }])
    })
    if (!entries) return false
    revocations.remember(entries)
    await load()
    await revocations.announce()
    return true
  }

  async function maintain(): Promise<void> {
    if (ports.isTimeInDoubt()) return
    const { rotation } = options
    const isDue = ({ stateSince }: { stateSince: Instant }) =>
      rotation > 0 && stateSince + rotation <= ports.now()
    const current = keys.find(({ state }) => state === 'current')
    if (current && isDue(current)) await advance((row) => isDue({ stateSince: row.state_since }))
    const outOfService = jwksMaxAge + options.accessTokenTtl + margin
    const spent = keys.filter(
      ({ state, stateSince }) => state === 'previous' && stateSince + outOfService <= ports.now(),
    )
    if (spent.length === 0) return
    await db.transaction(async (tx) => {
      await noteChange(tx)
      for (const { kid } of spent) await moveKey(tx, kid, 'previous', 'retired', ports.now())
    })
    await load()
  }

  async function generate(): Promise<FreshKey> {
    // Hexadecimal: a key id is typed on command lines, where a leading hyphen would be read as an option.
    const kid = randomBytes(8).toString('hex')
    return { kid, sealed: ring.seal('signing-keys', await algorithms[algorithm].generate(), kid) }
  }

  async function insert(tx: Queryable, { kid, sealed }: FreshKey, state: KeyState): Promise<void> {
    const now = ports.now()
    await insertKey(tx, { kid, algorithm, state, private_key: sealed, created_at: now, state_since: now })
  }

  function toSigningKey(row: SigningKeyRow): SigningKey {
    const algorithmRow = algorithms[row.algorithm]
    const key = algorithmRow.load(ring.open('signing-keys', row.private_key, row.kid))
    const verifier = algorithmRow.verifier(key)
    const publicJwk =
      verifier.type === 'public'
        ? { ...verifier.export({ format: 'jwk' }), kid: row.kid, alg: row.algorithm, use: 'sig' }
        : null
    const { kid, state, created_at: createdAt, state_since: stateSince } = row
    return { kid, algorithm: row.algorithm, state, createdAt, stateSince, key, verifier, publicJwk }
  }

  /** So that a secret can leave the ring once every server has started with the new one. */
  async function resealOld(rows: SigningKeyRow[]): Promise<void> {
    for (const { kid, private_key: sealed } of rows) {
      if (ring.isCurrent('signing-keys', sealed)) continue
      await resealKey(db, kid, ring.seal('signing-keys', ring.open('signing-keys', sealed, kid), kid))
    }
  }
}
