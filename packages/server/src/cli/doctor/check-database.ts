import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { seconds } from '@latchkey/contract'
import type { Config } from '../../config/config.ts'
import { getSecretRing } from '../../config/secret-file.ts'
import { createWitness } from '../../core/revocations/witness.ts'
import { createKeyring } from '../../core/secrets/keyring.ts'
import { countSealed, sayCounts } from '../../core/secrets/sealed-values.ts'
import { listKeys } from '../../core/signing-keys/store.ts'
import { countOutbox } from '../../core/outbox/outbox-store.ts'
import { countOtherAdministrators } from '../../identity/users/store.ts'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import { migrationStatus } from '../../db/migrations.ts'
import { openDatabase } from '../../db/open-database.ts'
import { sealedValues } from '../../methods/index.ts'
import { migrations } from '../../services/migrations.ts'
import { sqliteFileOf } from '../with-services.ts'
import { fail, type Finding, ok, warn } from './check.ts'
import { checkDurability } from './check-durability.ts'
import { checkLog } from './check-log.ts'
import { findCopiedSince, findDump, readDatabaseClock, wereSessionsRevokedSince } from './store.ts'

const putBack = 'Put it back together with its -wal, or restore a backup.'

/** Reports on the database; leaves nothing behind. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  const file = sqliteFileOf(config)
  if (file !== null && !existsSync(file)) {
    if (existsSync(`${file}.witness`))
      return [fail('database', `${file} is gone, and ${file}.witness says that there was one.`, putBack)]
    return [warn('database', `There is none at ${file} yet.`, 'Start the server, or run latchkey migrate.')]
  }
  let db: Database | undefined
  try {
    db = openDatabase(config.databaseUrl)
    await db.ping()
    await createWitness(db, config).requireContent()
    return [
      ok('database', `${db.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'} answers.`),
      ...(await checkContent(db, config)),
    ]
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error
    const remedy =
      file === null ? 'Check DATABASE_URL and that the server runs.' : 'Restore it from a backup, or free it.'
    return [fail('database', `It cannot be used: ${error.message}.`, remedy)]
  } finally {
    await db?.close().catch(() => {})
  }
}

async function checkContent(db: Database, config: Config): Promise<Finding[]> {
  const missing = (await migrationStatus(db, migrations)).filter(({ appliedAt }) => appliedAt === null)
  if (missing.length > 0) {
    const sentence = `${missing.length} of ${migrations.length} are missing.`
    return [fail('migrations', sentence, 'Run latchkey migrate, or start the server.')]
  }
  const kept = [
    ok('migrations', `All ${migrations.length} have been applied.`),
    ...(await checkDurability(db, config)),
  ]
  // The later checks would meet the same fault and say less about it.
  if (kept.some(({ status }) => status === 'fail')) return kept
  return [
    ...kept,
    await checkKeys(db, config),
    await checkSealed(db, config),
    await checkClock(db),
    await checkLog(db, config),
    await checkRestore(db, config),
    await checkOutbox(db),
    await checkAdministrators(db),
  ]
}

async function checkKeys(db: Database, config: Config): Promise<Finding> {
  const rows = await listKeys(db)
  if (rows.length === 0)
    return ok('signing keys', 'There are none yet; the server makes them when it starts.')
  if (!hasRing(config)) {
    const sentence = `There are ${rows.length}, and the secret that sealed them is gone from ${config.dataFolder}.`
    return fail('signing keys', sentence, 'Put the file secret back from a backup, or set LATCHKEY_SECRET.')
  }
  const ring = createKeyring(getSecretRing(config))
  const closed = rows.filter(({ kid, private_key: sealed }) => {
    try {
      ring.open('signing-keys', sealed, kid)
      return false
    } catch {
      return true
    }
  })
  if (closed.length === 0) return ok('signing keys', `All ${rows.length} can be opened.`)
  return fail(
    'signing keys',
    `${closed.length} of ${rows.length} were sealed under a secret that is not in the ring.`,
    'Put the secret of before back behind the new one: LATCHKEY_SECRET=new,old',
  )
}

/** Counts what users have that no secret of the ring opens. Provider tokens come back with the next sign-in. */
async function checkSealed(db: Database, config: Config): Promise<Finding> {
  const known = hasRing(config) ? createKeyring(getSecretRing(config)).describe() : []
  const counts = await countSealed(db, sealedValues, known)
  const lost = counts.filter(({ secret }) => secret === null)
  if (lost.length === 0)
    return ok('sealed values', `The secrets of the ring open ${sayCounts(counts) || 'all'}.`)
  return warn(
    'sealed values',
    `No secret of the ring opens ${sayCounts(lost)}: their users cannot sign in with them.`,
    'Put the secret of before back behind the new one: LATCHKEY_SECRET=new,old. If it is lost: latchkey users reset-factors.',
  )
}

/** False without a secret: asking for the ring would make a new one. */
const hasRing = (config: Config): boolean =>
  config.secret !== null || existsSync(join(config.dataFolder, 'secret'))

/** Tokens are dated by this machine, and other machines check them. */
async function checkClock(db: Database): Promise<Finding> {
  const before = Date.now()
  const time = await readDatabaseClock(db)
  const apart = Math.abs(time - (before + Date.now()) / 2)
  if (apart <= seconds(2)) return ok('clock', 'This machine and the database agree on the time.')
  const sentence = `This machine and the database are ${Math.round(apart / 1000)} s apart.`
  const remedy = 'Run a time service (NTP) on both.'
  return apart > seconds(30) ? fail('clock', sentence, remedy) : warn('clock', sentence, remedy)
}

/** Warns of a restored backup: it lacks the revocations made after it. */
async function checkRestore(db: Database, config: Config): Promise<Finding> {
  const restoredAt = await findRestore(db, config)
  if (restoredAt === null || (await wereSessionsRevokedSince(db, restoredAt))) {
    return ok('restore', 'Nothing hints at a restore without its sessions ended.')
  }
  const time = new Date(restoredAt || Date.now()).toISOString()
  return warn(
    'restore',
    'The data are older than what holds them, as after a restore: sessions that were ended since the backup live again.',
    `latchkey sessions revoke-before --before ${time}`,
  )
}

/** Returns the time when the data came to their place, if they were not made there; 0 if that time is unknown. */
async function findRestore(db: Database, config: Config): Promise<number | null> {
  const file = sqliteFileOf(config)
  if (file === null) return (await findDump(db)) ? 0 : null
  const { birthtimeMs } = statSync(file)
  // Some file systems keep no time of birth.
  return birthtimeMs > 0 && (await findCopiedSince(db, birthtimeMs)) ? Math.ceil(birthtimeMs) : null
}

async function checkOutbox(db: Database): Promise<Finding> {
  const { waiting, dead } = await countOutbox(db)
  if (dead === 0) return ok('mails', `${waiting} wait, none is dead.`)
  return warn(
    'mails',
    `${dead} could not be delivered and are not tried any more.`,
    'See why under Administration → Mail, and try them again there.',
  )
}

async function checkAdministrators(db: Database): Promise<Finding> {
  const count = await db.transaction((tx) => countOtherAdministrators(tx, null))
  if (count > 0) return ok('administrators', `${count} can sign in.`)
  return warn(
    'administrators',
    'There is none.',
    'latchkey users create --admin --verified --email you@example.com',
  )
}
