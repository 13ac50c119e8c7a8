import type { Loads } from '../../core/nodes/loads.ts'
import type { Nodes } from '../../core/nodes/nodes.ts'
import type { DatabaseClock } from '../../core/ports/database-clock.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { SigningKeys } from '../../core/signing-keys/signing-keys.ts'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import { migrationStatus, type Migration } from '../../db/migrations.ts'
import { tryWriting } from './try-writing.ts'

export type CheckResult = 'ok' | 'failed'

export interface Health {
  checks: Record<string, CheckResult>
  /** Reason for each failed check; names no hosts, users or files. */
  reasons: Record<string, string>
}

/** Tells whether this process should be sent requests. */
export interface Readiness {
  check(): Promise<Health>
  /** Makes it not ready from now on, whatever the checks say: first step of shutting down. */
  drain(): void
}

export interface ReadinessOptions {
  db: Database
  keys: SigningKeys
  clock: DatabaseClock
  ports: Pick<Ports, 'now' | 'randomBytes'>
  revocations: RevocationLog
  nodes: Nodes
  loads: Loads
  migrations: readonly Migration[]
}

/** However often it is asked for, the database is tried once in this many milliseconds. */
const tryEvery = 1000

/** A check that failed, in words for everybody. */
class NotReady extends Error {}

export function createReadiness({
  db,
  keys,
  clock,
  ports,
  revocations,
  nodes,
  loads,
  migrations,
}: ReadinessOptions): Readiness {
  const process = ports.randomBytes(16)
  let draining = false
  let migrated = false
  let tried: { at: number; health: Promise<Health> } | undefined

  return {
    async check() {
      const health: Health = { checks: {}, reasons: {} }
      await note(health, 'process', checkProcess)
      const { checks, reasons } = await tryDatabase()
      Object.assign(health.checks, checks)
      Object.assign(health.reasons, reasons)
      await note(health, 'keys', checkKeys)
      await note(health, 'loaded', checkLoaded)
      await note(health, 'clock', checkClock)
      await note(health, 'secrets', checkSecrets)
      return health
    },
    drain: () => void (draining = true),
  }

  function tryDatabase(): Promise<Health> {
    if (tried === undefined || performance.now() - tried.at >= tryEvery)
      tried = { at: performance.now(), health: examine() }
    return tried.health
  }

  /** In this order: what comes after the first that fails would say the same. */
  async function examine(): Promise<Health> {
    const health: Health = { checks: {}, reasons: {} }
    const examined: Record<string, () => unknown> = {
      database: () => db.ping(),
      migrations: checkMigrations,
      writing: () => tryWriting(db, process, ports.now()),
    }
    for (const [name, look] of Object.entries(examined)) {
      if (Object.keys(health.reasons).length === 0) await note(health, name, look)
      else health.checks[name] = 'failed'
    }
    return health
  }

  function checkProcess(): void {
    if (draining) throw new NotReady('it is shutting down')
  }

  /** An applied migration stays applied: checked until all are, then no more. */
  async function checkMigrations(): Promise<void> {
    if (migrated) return
    const status = await migrationStatus(db, migrations)
    const missing = status.filter(({ appliedAt }) => appliedAt === null)
    if (missing.length > 0) throw new NotReady(`${missing.length} migrations have not been applied`)
    migrated = true
  }

  function checkKeys(): void {
    if (!keys.list().some(({ state }) => state === 'current'))
      throw new NotReady('no signing key could be loaded')
  }

  /** Changes of other processes could not be read: this is tried again every second. */
  function checkLoaded(): void {
    const isAlone = db.dialect === 'sqlite'
    if (loads.isBehind() || revocations.isStale() || (nodes.isBehind() && !isAlone))
      throw new NotReady('what other servers have changed could not be read')
  }

  /** The clock of this machine differs from the others'. */
  function checkClock(): void {
    if (clock.isWrong())
      throw new NotReady(
        db.dialect === 'postgres'
          ? 'the clock of this machine is more than 30 s away from the database'
          : 'the clock of this machine has jumped by more than 30 s: restart it once the clock is right',
      )
  }

  /** Another process makes tokens that this one cannot read. */
  function checkSecrets(): void {
    if (!nodes.knowsAllOfTheirs())
      throw new NotReady('another server makes tokens with a secret that is not in this ring')
  }
}

async function note({ checks, reasons }: Health, name: string, look: () => unknown): Promise<void> {
  try {
    await look()
    checks[name] = 'ok'
  } catch (error) {
    checks[name] = 'failed'
    const isSayable = error instanceof DatabaseUnavailable || error instanceof NotReady
    reasons[name] = isSayable ? error.message : 'it failed for another reason: run latchkey doctor'
  }
}
