import type { Fingerprint } from '../token/fingerprint.ts'

/** Who is revoked, as fingerprints; each is kept until no token that it concerns can be valid any more. */
export interface RevocationSet {
  /** `until` in milliseconds since the epoch. Throws RangeError when it is full. */
  add(fingerprint: Fingerprint, until: number): void
  has(fingerprint: Fingerprint): boolean
  clear(): void
  /** How many are in force; looks at each. */
  size(): number
}

/** Four million revocations within one access-token lifetime, in 160 MB: whoever sends more is not our server. */
const most = 1 << 22
const leastCapacity = 1 << 10
const words = 4

interface Table {
  capacity: number
  used: number
  keys: Uint32Array
  /** Seconds since the epoch; 0 marks a free place. */
  until: Uint32Array
}

/**
 * A hash table with open addressing in two flat arrays: 20 bytes a place, at most half of them taken, and nothing for
 * the garbage collector to walk. The keys are pieces of SHA-256 already, so their first word is the hash.
 */
export function createRevocationSet(now: () => number): RevocationSet {
  let table = emptyTable(leastCapacity)
  const probe = new Uint32Array(words)
  const probeBytes = new Uint8Array(probe.buffer)

  return {
    add,
    has,
    clear: () => void (table = emptyTable(leastCapacity)),
    size: () => countLive(table, seconds()),
  }

  function has(fingerprint: Fingerprint): boolean {
    if (table.used === 0) return false
    probeBytes.set(fingerprint)
    const until = table.until[placeOf(table, probe)]!
    return until !== 0 && until >= seconds()
  }

  function add(fingerprint: Fingerprint, until: number): void {
    if (table.used * 2 >= table.capacity) rebuild()
    probeBytes.set(fingerprint)
    put(table, probe, Math.max(1, Math.min(Math.ceil(until / 1000), 0xffff_ffff)))
  }

  /** Without those whose time is over, and with room for as many again. */
  function rebuild(): void {
    const [old, current] = [table, seconds()]
    const live = countLive(old, current)
    if (live >= most) throw new RangeError('there are more revocations than can be kept')
    let capacity = leastCapacity
    while (capacity < live * 4) capacity *= 2
    table = emptyTable(capacity)
    for (let place = 0; place < old.capacity; place++) {
      const until = old.until[place]!
      if (until !== 0 && until >= current)
        put(table, old.keys.subarray(place * words, place * words + words), until)
    }
  }

  function seconds(): number {
    return Math.floor(now() / 1000)
  }
}

function countLive({ until }: Table, now: number): number {
  let live = 0
  // By index: `for … of` takes five times as long, and there may be millions.
  for (let place = 0; place < until.length; place++) {
    const end = until[place]!
    if (end !== 0 && end >= now) live++
  }
  return live
}

const emptyTable = (capacity: number): Table => ({
  capacity,
  used: 0,
  keys: new Uint32Array(capacity * words),
  until: new Uint32Array(capacity),
})

function put(table: Table, key: Uint32Array, until: number): void {
  const place = placeOf(table, key)
  if (table.until[place] === 0) {
    table.keys.set(key, place * words)
    table.used++
  }
  table.until[place] = Math.max(table.until[place]!, until)
}

/** Where it stands, or the free place where it would. */
function placeOf({ capacity, keys, until }: Table, key: Uint32Array): number {
  const mask = capacity - 1
  let place = key[0]! & mask
  while (until[place] !== 0 && !isAt(keys, place * words, key)) place = (place + 1) & mask
  return place
}

const isAt = (keys: Uint32Array, start: number, key: Uint32Array): boolean =>
  keys[start] === key[0] &&
  keys[start + 1] === key[1] &&
  keys[start + 2] === key[2] &&
  keys[start + 3] === key[3]
