import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { loadConfig } from '../../config/load-config.ts'
import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { checkCopy, syncToDisk, withSqlite } from '../sqlite-file.ts'
import { sqliteFileOf } from '../with-services.ts'

export const backup: Command = {
  name: 'backup',
  summary: 'Copy the database to a file while the server runs',
  description:
    'SQLite only: one consistent file, readable by its owner alone, checked before the command says that it is done. On PostgreSQL the command names the tools. The secret is not in it: keep it as well, and apart.',
  takes: ['<file>'],
  async run({ positionals: [file = ''], json }) {
    const source = sqliteFileOf(loadConfig({ env: process.env }))
    if (source === null) throw new CommandError(byPostgres)
    if (!existsSync(source))
      throw new CommandError(`There is no database at ${source}.`, exitCodes.unavailable)
    create(file)
    try {
      withSqlite(source, { readOnly: true }, (connection) => connection.prepare('VACUUM INTO ?').run(file))
      checkCopy(file)
      syncToDisk(file)
    } catch (error) {
      rmSync(file, { force: true })
      throw error
    }
    print({ file, bytes: statSync(file).size }, json, ({ bytes }) =>
      [
        `${file} holds the database (${bytes} bytes) and has been checked.`,
        'It opens only with the secret: keep LATCHKEY_SECRET, or the file secret of the data folder, and keep it apart.',
      ].join('\n'),
    )
    return exitCodes.done
  },
}

/** Empty, and its owner's alone before anything is in it. */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault'
    if (code === 'EEXIST') throw new CommandError(`${file} is there already; a backup overwrites nothing.`)
    throw new CommandError(`${file} cannot be written (${code}).`)
  }
}

const byPostgres = [
  'PostgreSQL is copied by its own tools:',
  '  (umask 077; pg_dump --format=custom --file=latchkey.dump "$DATABASE_URL")   one moment',
  '  pg_basebackup and a continuous archive (archive_mode, or pgBackRest, WAL-G)  every moment',
  'Check the copy: pg_restore --list latchkey.dump. Keep LATCHKEY_SECRET as well, and apart.',
].join('\n')
