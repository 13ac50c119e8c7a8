import type { Database } from '../../db/database.ts'
import { migrationStatus, type Migration } from '../../db/migrations.ts'
import type { Loads } from '../../core/nodes/loads.ts'
import type { Nodes } from '../../core/nodes/nodes.ts'
import type { DatabaseClock } from '../../core/ports/database-clock.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { SigningKeys } from '../../core/signing-keys/signing-keys.ts'

export type CheckResult = 'ok' | 'failed'

/** Whether this process should be sent requests. */
export interface Readiness {
  check(): Promise<Record<string, CheckResult>>
  /** From now on not ready, whatever the checks say: first step of shutting down. */
  drain(): void
}

export interface ReadinessOptions {
  db: Database
  keys: SigningKeys
  clock: DatabaseClock
  revocations: RevocationLog
  nodes: Nodes
  loads: Loads
  migrations: readonly Migration[]
}

export function createReadiness({
  db,
  keys,
  clock,
  revocations,
  nodes,
  loads,
  migrations,
}: ReadinessOptions): Readiness {
  let draining = false
  let migrated = false

  return {
    async check() {
      const database = await succeeds(() => db.ping())
      return {
        process: draining ? 'failed' : 'ok',
        database,
        migrations: database === 'ok' ? await succeeds(checkMigrations) : 'failed',
        keys: await succeeds(() => void keys.signer()),
        // What others have changed could not be read: it is tried again every second.
        loaded: loads.isBehind() || revocations.isStale() ? 'failed' : 'ok',
        // What this machine takes for now is something else to the others.
        clock: clock.isWrong() ? 'failed' : 'ok',
        // Another process makes tokens that this one cannot read.
        secrets: nodes.knowsAllOfTheirs() ? 'ok' : 'failed',
      }
    },
    drain: () => void (draining = true),
  }

  /** What has been applied stays applied: asked until it is so, then no more. */
  async function checkMigrations(): Promise<void> {
    if (migrated) return
    const status = await migrationStatus(db, migrations)
    const missing = status.filter(({ appliedAt }) => appliedAt === null)
    if (missing.length > 0)
      throw new Error(`migrations are missing: ${missing.map(({ id }) => id).join(', ')}`)
    migrated = true
  }
}

async function succeeds(check: () => unknown): Promise<CheckResult> {
  try {
    await check()
    return 'ok'
  } catch {
    return 'failed'
  }
}
