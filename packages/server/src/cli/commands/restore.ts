import { chmodSync, constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadConfig } from '../../config/load-config.ts'
import { makeFolder } from '../../config/make-folder.ts'
import { systemPorts } from '../../core/ports/ports.ts'
import { migrate } from '../../db/migrations.ts'
import { openDatabase } from '../../db/open-database.ts'
import { migrations } from '../../services/migrations.ts'
import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { checkCopy, syncToDisk, withSqlite } from '../sqlite-file.ts'
import { sqliteFileOf, withServices } from '../with-services.ts'
import { revokeSessionsBefore } from './sessions-revoke-before.ts'

export const restore: Command = {
  name: 'restore',
  summary: 'Replace the database with a backup, and end its sessions',
  description:
    'SQLite only, with the server stopped. The backup is checked first; the present database is kept beside it. Then every session that was started before now ends, because the backup does not know which of them were revoked after it was made. On PostgreSQL the command names the tools.',
  takes: ['<file>'],
  options: {
    'keep-sessions': { type: 'boolean', help: 'End no session: nothing was revoked since the backup.' },
  },
  async run({ positionals: [file = ''], flags, json }) {
    const target = sqliteFileOf(loadConfig({ env: process.env }))
    if (target === null) throw new CommandError(byPostgres)
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      throw new CommandError(`There is no file ${file}.`)
    checkCopy(file)
    const draft = `${target}.restoring`
    makeFolder(dirname(target))
    copyFileSync(file, draft, constants.COPYFILE_FICLONE)
    chmodSync(draft, 0o600)
    let replaced: string | null
    try {
      await bringUp(draft)
      replaced = setAside(target)
      renameSync(draft, target)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
    syncToDisk(target)
    const keepsSessions = flags['keep-sessions'] === true
    const now = new Date()
    const { ended, keys } = await withServices(async (services) => ({
      ended: keepsSessions ? null : await revokeSessionsBefore(services, now),
      keys: await services.apiKeys.countBefore(now.getTime()),
    }))
    print({ database: target, replaced, endedSessions: ended, liveApiKeys: keys }, json, () =>
      [
        `${target} is the database of ${file} now.`,
        ...(replaced === null ? [] : [`What was there is kept as ${replaced}.`]),
        ended === null
          ? `No session was ended. To end what was revoked since the backup: latchkey sessions revoke-before --before ${now.toISOString()}`
          : `${ended} ${ended === 1 ? 'session' : 'sessions'} of before ended.`,
        ...(keys > 0
          ? [
              `API keys that live: ${keys}, those that were revoked since the backup among them. To revoke all: latchkey sessions revoke-before --before ${now.toISOString()} --api-keys`,
            ]
          : []),
      ].join('\n'),
    )
    return exitCodes.done
  },
}

/**
 * Migrates the draft to the schema of this release before anything is replaced. Leaves one file, without a log beside
 * it.
 */
async function bringUp(draft: string): Promise<void> {
  const db = openDatabase(`sqlite:${draft}`)
  try {
    await migrate(db, migrations, systemPorts.now())
  } finally {
    await db.close()
  }
  withSqlite(draft, { readOnly: false }, (connection) => connection.exec('PRAGMA journal_mode = DELETE'))
}

/** Keeps the present database beside its successor; null if there is none. */
function setAside(target: string): string | null {
  const kept = `${target}.before-${new Date().toISOString().replaceAll(/[:.]/g, '')}`
  const [log, keptLog] = [`${target}-wal`, `${kept}-wal`]
  if (!existsSync(target) && !existsSync(log)) return null
  // SQLite throws the log of a file that it cannot read away; and a log without its file would be read into the next one.
  if (existsSync(log)) copyFileSync(log, keptLog, constants.COPYFILE_FICLONE)
  try {
    if (bringLogIn(target)) rmSync(keptLog, { force: true })
  } catch (error) {
    rmSync(keptLog, { force: true })
    throw error
  }
  if (existsSync(target)) renameSync(target, kept)
  for (const file of [log, `${target}-shm`]) rmSync(file, { force: true })
  return kept
}

/**
 * Merges the write-ahead log into the file by leaving that mode, which requires exclusive use. False if there is no
 * readable database.
 */
function bringLogIn(target: string): boolean {
  if (!existsSync(target) || statSync(target).size === 0) return false
  try {
    withSqlite(target, { readOnly: false }, (connection) => connection.exec('PRAGMA journal_mode = DELETE'))
    return true
  } catch (error) {
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === 5
    // An unreadable database may be replaced: that is what restoring is for.
    if (isBusy) throw new CommandError(`A server has ${target} open. Stop it first.`)
    return false
  }
}

const byPostgres = [
  'PostgreSQL is restored by its own tools, with every server stopped:',
  '  pg_restore --clean --if-exists --dbname="$DATABASE_URL" latchkey.dump',
  'Then, before a server starts: latchkey sessions revoke-before --before now',
].join('\n')
