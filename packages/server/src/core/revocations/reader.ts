import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import { createRevocationSet, isTimed, type Revocation, type RevocationSet } from '@latchkey/verify/core'
import { isSame } from '../bytes.ts'
import {
  appendRevocations,
  hasLost,
  listRevocations,
  type LogPosition,
  readSeen,
  renameLog,
  type RevocationEntry,
  type RevocationRow,
  type Seen,
} from './store.ts'

/** Entries known here that had gone from the database and were written to it again. */
export interface Loss {
  /** The position that this process, or a follower of the feed, had read; `head` is the end of the log then found. */
  cursor: number
  head: number
  /** The entries that this process remembered and the log had lost. */
  entries: readonly RevocationEntry[]
}

/** Reads the log in the order of its numbers, and notices when it is no longer the one that was read before. */
export interface RevocationReader {
  /** Reads up to the head. `changes` counts the changes of signing keys and roles. */
  read(): Promise<{ changes: number; loss: Loss | null }>
  /** This process has committed these: the log must have them. */
  expect(rows: readonly RevocationRow[]): void
  /** Somebody has read this: the log must have it. */
  expectSeen(seen: LogPosition): void
  /** How far the log is known to go; null before the first look. */
  position(): LogPosition | null
}

export interface RevocationReaderOptions {
  db: Database
  ports: Ports
  /** The revocations that this process remembers. */
  revoked: RevocationSet
  remember: (rows: readonly RevocationRow[]) => void
}

const pageSize = 1000
/** Written under the lock that every revocation needs: so many at a time. */
const batch = 500

export function createRevocationReader(options: RevocationReaderOptions): RevocationReader {
  const { db, ports, revoked, remember } = options
  /** Committed here, and not read in the log yet. */
  const pending = new Map<number, RevocationRow>()
  let cursor = 0
  let last: RevocationRow | null = null
  let logId: string | null = null
  /** The furthest position that somebody else has read. */
  let seen: LogPosition | null = null
  /** A loss was noticed and is not made good yet. */
  let isBroken = false

  return { read, expect, expectSeen: (position) => void (seen = position), position }

  function expect(rows: readonly RevocationRow[]): void {
    for (const row of rows) if (row.seq > cursor) pending.set(row.seq, row)
  }

  async function read(): Promise<{ changes: number; loss: Loss | null }> {
    // An entry committed while the log is being read may lie behind the reading position.
    const expected = [...pending.values()]
    const told = seen
    const had = Math.max(cursor, told?.seq ?? 0)
    const head = await named(await readSeen(db, cursor))
    isBroken ||= logId !== null && !continues(head, expected)
    isBroken ||= told !== null && hasLost(await readSeen(db, told.seq), told)
    if (seen === told) seen = null
    logId ??= head.logId
    if (!isBroken) await follow(head.seq, remember)
    isBroken ||= !hasAll(expected)
    const loss = isBroken ? await restore(head, had) : null
    isBroken = false
    return { changes: head.changes, loss }
  }

  /** A log gets its name from the first process that reads it. */
  async function named(head: Seen): Promise<Seen> {
    if (head.logId !== '') return head
    await renameLog(db, { before: '', logId: newId() })
    return await readSeen(db, cursor)
  }

  function position(): LogPosition | null {
    if (logId === null) return null
    const [newest] = [...pending.values()].filter(({ seq }) => seq > cursor).sort((a, b) => b.seq - a.seq)
    return { logId, seq: newest?.seq ?? cursor, hash: newest?.hash ?? last?.hash ?? null }
  }

  /** True if this is the log that was read before, or one that continues it. */
  function continues(head: Seen, expected: readonly RevocationRow[]): boolean {
    if (head.logId !== logId || head.seq < cursor) return false
    if (expected.some(({ seq }) => seq > head.seq)) return false
    if (!last) return true
    // An expired entry may have been removed.
    if (head.hash === null) return last.until <= ports.now()
    return isSame(head.hash, last.hash)
  }

  /** True if each entry was found at the number where it had been written. */
  function hasAll(expected: readonly RevocationRow[]): boolean {
    return expected.every(({ seq, until }) => !pending.has(seq) || until <= ports.now())
  }

  /**
   * Restores lost entries after a standby that lacked the last commits took over, or a backup was restored: the numbers
   * now mean other entries. The log gets a new name, so that all followers begin anew, and gets the lost entries back.
   */
  async function restore(head: Seen, had: number): Promise<Loss> {
    if (head.logId === logId) await renameLog(db, { before: head.logId, logId: newId() })
    ;({ logId } = await readSeen(db, 0))
    const present = createRevocationSet(ports.now)
    cursor = 0
    last = null
    pending.clear()
    await follow(head.seq, (rows) => {
      for (const row of rows) present.add(toRevocation(row))
      remember(rows)
    })
    const entries = [...revoked.entries()].filter((entry) => isMissing(present, entry)).map(toEntry)
    for (let from = 0; from < entries.length; from += batch)
      await db.transaction((tx) => appendRevocations(tx, entries.slice(from, from + batch), 0))
    return { cursor: had, head: head.seq, entries }
  }

  async function follow(end: number, take: (rows: readonly RevocationRow[]) => void): Promise<void> {
    while (cursor < end) {
      const rows = await listRevocations(db, cursor, pageSize)
      take(rows)
      for (const { seq, hash } of rows)
        if (isSame(pending.get(seq)?.hash ?? new Uint8Array(), hash)) pending.delete(seq)
      last = rows.at(-1) ?? null
      cursor = last?.seq ?? end
      // On SQLite nothing here waits, so that a million entries would hold up every request.
      await nextTurn()
    }
  }

  function newId(): string {
    return Buffer.from(ports.randomBytes(12)).toString('base64url')
  }
}

export const toRevocation = ({ kind, hash, at, until }: RevocationEntry): Revocation => ({
  kind,
  fingerprint: hash,
  at,
  until,
})

const toEntry = ({ kind, fingerprint, at, until }: Revocation): RevocationEntry => ({
  kind,
  hash: fingerprint,
  at,
  until,
})

function isMissing(present: RevocationSet, { kind, fingerprint, at }: Revocation): boolean {
  const end = present.issuedUntil(fingerprint)
  return isTimed(kind) ? end < Math.floor(at / 1000) : end < 0
}
