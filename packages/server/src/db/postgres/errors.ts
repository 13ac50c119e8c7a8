import { DatabaseUnavailable, UniqueViolation } from '../database.ts'

const uniqueViolation = '23505'
export const lockNotAvailable = '55P03'
/** serialization_failure, deadlock_detected: the transaction did nothing and may run again. */
const repeatable = new Set(['40001', '40P01'])

export const isRepeatable = (error: unknown): boolean => repeatable.has(codeOf(error))

/**
 * True for invalid_sql_statement_name and duplicate_prepared_statement: another process of the server got the message
 * meant for the one on which the statement was prepared. Nothing was done.
 */
export const isOfAnotherProcess = (error: unknown): boolean => ['26000', '42P05'].includes(codeOf(error))

/** Translates errors of the driver into our own; others stay as they are. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable || error instanceof UniqueViolation)
    return error
  const code = codeOf(error)
  if (code === uniqueViolation) return new UniqueViolation('a unique value is taken', { cause: error })
  if (!isUnavailable(code, error.message)) return error
  return new DatabaseUnavailable(sentenceFor(code, error.message), { cause: error })
}

/**
 * True if the server did not answer, or only said that it is ending or has just begun: the next statement would meet
 * the same. A server that answers and refuses (its disk is full, its connections are used up, a lock is held) is
 * reachable.
 */
export function isSilence(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return isSilence(error.cause)
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  return /^(08|57P0[1-35])/.test(code) || isNetworkCode(code) || isSilentMessage(error.message)
}

/**
 * Classes 08 (connection), 53 (resources), 57 (operator intervention, time-outs), 58 (system), 28 and 3D (refused at the
 * door), XX00 (damage); read-only; a lock or a transaction that took too long.
 */
const isUnavailable = (code: string, message: string): boolean =>
  /^(08|53|57|58|28|3D|25006|25P03|25P04|55P03|XX00[12])/.test(code) ||
  isNetworkCode(code) ||
  isSilentMessage(message)

const isNetworkCode = (code: string): boolean => /^E[A-Z_]+$/.test(code)

const isSilentMessage = (message: string): boolean =>
  /Connection terminated|timeout exceeded|timeout expired|not queryable|Client was closed|pool after calling end|server closed the connection/i.test(
    message,
  )

const sentences: Record<string, string> = {
  '25006': 'the PostgreSQL database is read-only',
  '25P03': 'a transaction stood still for too long, and the PostgreSQL server ended it',
  '53100': 'the disk of the PostgreSQL server is full',
  '53300': 'the PostgreSQL server has no connection left',
  '55P03': 'a lock was not released in time',
  '57014': 'the PostgreSQL server did not finish in time',
  '57P01': 'the PostgreSQL server ended the connection',
  '57P03': 'the PostgreSQL server is starting or stopping',
  ECONNREFUSED: 'no PostgreSQL server answers at this address',
  ENOTFOUND: 'no PostgreSQL server answers at this address',
  EAI_AGAIN: 'no PostgreSQL server answers at this address',
  ECONNRESET: 'the connection to the PostgreSQL server broke',
}

/** Nothing of the driver's own words: they may name hosts and users, and these sentences are shown. */
function sentenceFor(code: string, message: string): string {
  if (/statement pooling mode/.test(message))
    return 'the pooler before PostgreSQL keeps no transactions: set its pool_mode to transaction or session'
  if (sentences[code] !== undefined) return sentences[code]
  if (code.startsWith('28')) return 'the PostgreSQL server refuses this user or password'
  if (code.startsWith('3D')) return 'the PostgreSQL server has no database of this name'
  if (code.startsWith('53')) return 'the PostgreSQL server is out of memory or disk'
  if (code.startsWith('XX')) return 'data of the PostgreSQL server are damaged'
  if (code !== '') return `the PostgreSQL server is not available (${code})`
  if (/timeout/i.test(message)) return 'the PostgreSQL server did not answer in time'
  return 'the connection to the PostgreSQL server is gone'
}

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
