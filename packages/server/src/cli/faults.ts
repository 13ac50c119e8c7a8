import { ConfigError } from '../config/config-error.ts'
import { AuthError } from '../core/auth-error.ts'
import { CannotOpen, secretMissing } from '../core/secrets/keyring.ts'
import { DatabaseUnavailable } from '../db/database.ts'
import { MigrationMismatch, SchemaTooNew } from '../db/migrations.ts'
import { CommandError, exitCodes } from './command.ts'

/** Returns any error as a sentence for the terminal: the fault and, if known, the remedy. */
export function sentenceFor(error: unknown): string {
  if (error instanceof CommandError || error instanceof ConfigError) return error.message
  if (lacksSecret(error)) {
    return 'A server that runs, or has stopped less than a minute ago, has a secret that is not in LATCHKEY_SECRET: put it there as well. With the secret of before, latchkey secret roll shows which server.'
  }
  if (error instanceof AuthError) return refusal(error)
  if (error instanceof DatabaseUnavailable) return `The database cannot be used: ${error.message}.`
  if (error instanceof MigrationMismatch || error instanceof SchemaTooNew)
    return `The database does not fit this release: ${error.message}.`
  if (error instanceof CannotOpen) {
    return 'What is stored was sealed under another secret: LATCHKEY_SECRET must hold the one that was used before.'
  }
  if (process.env.LOG_LEVEL === 'debug' && error instanceof Error) return error.stack ?? error.message
  const message = error instanceof Error ? error.message : String(error)
  return `Something unexpected went wrong: ${message} (LOG_LEVEL=debug shows where).`
}

export function exitCodeFor(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode
  if (error instanceof ConfigError || error instanceof CannotOpen || lacksSecret(error))
    return exitCodes.configuration
  return error instanceof DatabaseUnavailable ? exitCodes.unavailable : exitCodes.failed
}

const lacksSecret = (error: unknown): boolean =>
  error instanceof AuthError && error.code === 'unavailable' && error.options.log?.reason === secretMissing

function refusal({ message, options: { detail, errors = [] } }: AuthError): string {
  const faults = errors.map(({ path, message }) => `${path.replace(/^body\./, '')} ${message}`)
  return [
    faults.length > 0 ? `${faults.join('; ')}.` : message,
    ...(detail === undefined ? [] : [detail]),
  ].join(' ')
}
