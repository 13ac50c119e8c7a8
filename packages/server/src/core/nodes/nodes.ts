import { type Milliseconds, hours, milliseconds, minutes, seconds } from '@latchkey/contract'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import { version } from '../../config/version.ts'
import type { Log } from '../log/log.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, uuidV7 } from '../ports/uuid.ts'
import type { DescribedSecret, OtherRings, Keyring } from '../secrets/keyring.ts'
import { endNode, listNodes, type NodeRow, removeOldNodes, saveNode } from './store.ts'

/** A process of this installation, as it has registered itself. */
export interface Node {
  id: string
  version: string
  secrets: DescribedSecret[]
  isRunning: boolean
}

/** The processes of an installation, and which secrets each of them has. */
export interface Nodes {
  /** Registers this process, goes on saying that it lives, and looks for others. Await it before anything is minted. */
  start(): Promise<void>
  /** Reads the others anew. */
  load(): Promise<void>
  stop(): Promise<void>
  /** True if each of the others has the newest secret of this process, the one it makes things with. */
  allKnowOurs(): boolean
  /** True if this process has the newest secret of each of the others. */
  knowsAllOfTheirs(): boolean
  /** How many run, this one included. */
  count(): number
  /** True if the last attempts to look for the others failed. */
  isBehind(): boolean
}

const heartbeat: Milliseconds = seconds(10)
/** How often others are looked for, however much is revoked or changed meanwhile. */
const lookEvery: Milliseconds = seconds(1)
/** Beyond it a process may not have heard of a new one. */
const viewAge: Milliseconds = seconds(5)
/** Time after its last heartbeat for which a process counts: a restart takes less, and its tokens are still in use. */
export const nodeCounts: Milliseconds = minutes(1)
/** Time that a process with a new secret waits before using it, so that the others can learn of it. */
const noticeTime: Milliseconds = milliseconds(2 * lookEvery)
const kept: Milliseconds = hours(24)

/** This process's view of the others. */
export interface NodeView extends OtherRings {
  others: readonly Node[]
  /** True if {@link others} may be out of date. Until it is set, they are assumed to be current. */
  isStale: () => boolean
}

export function createNodeView(): NodeView {
  const view: NodeView = {
    others: [],
    isStale: () => false,
    mayKnow(own, purpose, keyId) {
      // A process with a stale view may have missed a new one, so it cannot rule out that another made this.
      if (view.isStale()) return true
      const known = new Set(own.map(({ fingerprint }) => fingerprint))
      return view.others.some(({ secrets }) =>
        secrets.some(
          ({ fingerprint, keyIds }, index) =>
            // A value without a key id can only be under the newest secret of the other process.
            !known.has(fingerprint) && (keyId === undefined ? index === 0 : keyIds[purpose] === keyId),
        ),
      )
    },
  }
  return view
}

export interface NodesOptions {
  db: Database
  ring: Keyring
  ports: Ports
  log: Log
  view: NodeView
}

export function createNodes({ db, ring, ports, log, view }: NodesOptions): Nodes {
  const id = uuidV7(ports)
  const own = ring.describe()
  const self = { id, version, secrets: JSON.stringify(own) }
  const timers: NodeJS.Timeout[] = []
  let readAt = -Infinity

  return {
    start,
    load,
    stop,
    allKnowOurs,
    knowsAllOfTheirs,
    count: () => running().length + 1,
    isBehind,
  }

  function isBehind(): boolean {
    return performance.now() - readAt > viewAge
  }

  async function start(): Promise<void> {
    await saveNode(db, self)
    await load()
    // SQLite serves one process: no other could have come meanwhile.
    if (db.dialect === 'postgres') view.isStale = isBehind
    timers.push(setInterval(() => void attempt(load), lookEvery))
    timers.push(setInterval(() => void attempt(beat), heartbeat))
    for (const each of timers) each.unref()
    if (allKnowOurs()) return
    log.error('the newest secret of this process is unknown to others, which cannot read what it makes', {
      fingerprint: own[0]?.fingerprint,
      remedy: 'latchkey secret roll',
    })
    await new Promise((resolve) => setTimeout(resolve, noticeTime))
  }

  async function beat(): Promise<void> {
    await saveNode(db.relaxed, self)
    await removeOldNodes(db.relaxed, kept)
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable))
        log.warn('this process cannot say that it lives, or not see the others', { error })
    }
  }

  async function load(): Promise<void> {
    const startedAt = performance.now()
    const rows = await listNodes(db, nodeCounts)
    readAt = startedAt
    view.others = rows.map(toNode).filter((node) => node.id !== formatUuid(id))
  }

  async function stop(): Promise<void> {
    for (const each of timers) clearInterval(each)
    await endNode(db, id).catch(() => {})
  }

  function allKnowOurs(): boolean {
    return running().every(({ secrets }) => has(secrets, own[0]))
  }

  function knowsAllOfTheirs(): boolean {
    return running().every(({ secrets }) => has(own, secrets[0]))
  }

  function running(): Node[] {
    return view.others.filter(({ isRunning }) => isRunning)
  }
}

export const toNode = ({ id, version, secrets, stopped_at: stoppedAt }: NodeRow): Node => ({
  id: formatUuid(id),
  version,
  // Safe: only this code writes the column.
  secrets: JSON.parse(secrets) as DescribedSecret[],
  isRunning: stoppedAt === null,
})

const has = (secrets: readonly DescribedSecret[], wanted: DescribedSecret | undefined): boolean =>
  secrets.some(({ fingerprint }) => fingerprint === wanted?.fingerprint)
