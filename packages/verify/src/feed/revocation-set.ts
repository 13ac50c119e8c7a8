import { type Fingerprint, isTimed, type RevocationKind, revocationKinds } from '../token/fingerprint.ts'

/** Times in milliseconds since the epoch. */
export interface Revocation {
  kind: RevocationKind
  fingerprint: Fingerprint
  at: number
  /** No token that it concerns is valid after this. */
  until: number
}

/** Revocations as fingerprints; each is kept until no token that it concerns can be valid any more. */
export interface RevocationSet {
  /** Throws RangeError when it is full. */
  add(revocation: Revocation): void
  /** True if a token issued at `issuedAt`, in seconds since the epoch, is revoked by this. */
  has(fingerprint: Fingerprint, issuedAt: number): boolean
  /** The latest time up to which this revokes what was issued, in seconds since the epoch; -1 if nothing. */
  issuedUntil(fingerprint: Fingerprint): number
  /** Returns the revocations in force, to the second. */
  entries(): Iterable<Revocation>
  /** How many are in force; looks at each. */
  size(): number
}

/** Four million revocations within one access-token lifetime, in 200 MB: no Latchkey server sends more. */
const most = 1 << 22
const leastCapacity = 1 << 10
const words = 4

interface Table {
  capacity: number
  used: number
  keys: Uint32Array
  /** Seconds since the epoch; 0 marks a free place. */
  until: Uint32Array
  /** Seconds since the epoch: what was issued later is not concerned. */
  issuedUntil: Uint32Array
  /** Positions in the list of kinds. */
  kinds: Uint8Array
}

const forever = 0xffff_ffff

/**
 * A hash table with open addressing in flat arrays: 25 bytes a place, at most half of them taken, and nothing for
 * the garbage collector to walk. The keys are pieces of SHA-256 already, so their first word is the hash.
 */
export function createRevocationSet(now: () => number): RevocationSet {
  let table = emptyTable(leastCapacity)
  const probe = new Uint32Array(words)
  const probeBytes = new Uint8Array(probe.buffer)

  return {
    add,
    has,
    issuedUntil,
    entries,
    size: () => countLive(table, seconds()),
  }

  function has(fingerprint: Fingerprint, issuedAt: number): boolean {
    const end = issuedUntil(fingerprint)
    return end === forever || issuedAt <= end
  }

  function issuedUntil(fingerprint: Fingerprint): number {
    if (table.used === 0) return -1
    probeBytes.set(fingerprint)
    const place = placeOf(table, probe)
    const until = table.until[place]!
    return until !== 0 && until >= seconds() ? table.issuedUntil[place]! : -1
  }

  function add({ kind, fingerprint, at, until }: Revocation): void {
    if (table.used * 2 >= table.capacity) rebuild()
    probeBytes.set(fingerprint)
    put(table, {
      key: probe,
      kind: revocationKinds.indexOf(kind),
      issuedUntil: isTimed(kind) ? Math.floor(at / 1000) : forever,
      until: Math.max(1, Math.min(Math.ceil(until / 1000), forever)),
    })
  }

  function* entries(): Iterable<Revocation> {
    const [held, current] = [table, seconds()]
    for (let place = 0; place < held.capacity; place++) {
      const { key, kind, issuedUntil: end, until } = placeAt(held, place)
      if (until === 0 || until < current) continue
      yield {
        kind: revocationKinds[kind]!,
        fingerprint: new Uint8Array(key.slice().buffer),
        at: (end === forever ? current : end) * 1000,
        until: until * 1000,
      }
    }
  }

  /** Drops expired entries, and makes room for as many again. */
  function rebuild(): void {
    const [old, current] = [table, seconds()]
    const live = countLive(old, current)
    if (live >= most) throw new RangeError('there are more revocations than can be kept')
    let capacity = leastCapacity
    while (capacity < live * 4) capacity *= 2
    table = emptyTable(capacity)
    for (let place = 0; place < old.capacity; place++) {
      const until = old.until[place]!
      if (until !== 0 && until >= current) put(table, placeAt(old, place))
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
  issuedUntil: new Uint32Array(capacity),
  kinds: new Uint8Array(capacity),
})

interface Place {
  key: Uint32Array
  kind: number
  issuedUntil: number
  until: number
}

const placeAt = ({ keys, kinds, issuedUntil, until }: Table, place: number): Place => ({
  key: keys.subarray(place * words, place * words + words),
  kind: kinds[place]!,
  issuedUntil: issuedUntil[place]!,
  until: until[place]!,
})

function put(table: Table, { key, kind, issuedUntil, until }: Place): void {
  const place = placeOf(table, key)
  if (table.until[place] === 0) {
    table.keys.set(key, place * words)
    table.kinds[place] = kind
    table.used++
  }
  table.issuedUntil[place] = Math.max(table.issuedUntil[place]!, issuedUntil)
  table.until[place] = Math.max(table.until[place]!, until)
}

/** The index where it stands, or the free one where it would. */
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
