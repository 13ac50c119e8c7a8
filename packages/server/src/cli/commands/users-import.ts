import { createReadStream } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { importUsers, type ImportReport } from '../import-users.ts'
import { withServices } from '../with-services.ts'

export const usersImport: Command = {
  name: 'users import',
  summary: 'Import users with their password hashes',
  description:
    'Reads JSON lines or one JSON array, from a file or from standard input (-). Each user has an email and may have name, locale, emailVerified, roles and passwordHash (bcrypt, scrypt, PBKDF2 or Argon2). Users whose address is known are skipped and left as they are, so an import that was interrupted can be repeated. Exit code 1 where lines were faulty; the others are imported all the same.',
  takes: ['<file>'],
  options: { 'dry-run': { type: 'boolean', help: 'Check every line and write nothing.' } },
  async run({ positionals: [file = ''], flags, json }) {
    const dryRun = flags['dry-run'] === true
    const input = await open(file)
    const report = await withServices(async (services) => {
      const done = await importUsers(services, input, { dryRun })
      const { created, skipped } = done
      if (!dryRun) services.audit.record({ kind: 'user.created', detail: { by: 'import', created, skipped } })
      return done
    })
    print({ dryRun, ...report }, json, (done) => describe(done, dryRun))
    return report.faulty.length > 0 ? exitCodes.failed : exitCodes.done
  },
}

async function open(file: string): Promise<AsyncIterable<string>> {
  if (file === '-') return process.stdin.setEncoding('utf8')
  try {
    await access(file, constants.R_OK)
  } catch {
    throw new CommandError(`The file ${file} cannot be read.`)
  }
  return createReadStream(file, { encoding: 'utf8' })
}

const shown = 20

function describe({ created, skipped, faulty }: ImportReport, dryRun: boolean): string {
  const more = faulty.length - shown
  return [
    `${created} ${dryRun ? 'would be created' : 'created'}, ${skipped} skipped (known already), ${faulty.length} faulty.`,
    ...faulty.slice(0, shown).map(({ line, message }) => `  line ${line}: ${message}`),
    ...(more > 0 ? [`  … and ${more} more; --json lists them all`] : []),
  ].join('\n')
}
