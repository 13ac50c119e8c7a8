import { styleText } from 'node:util'
import { pino } from 'pino'
import { redact } from './redact.ts'
import { toLogValue } from './log-value.ts'
import { writeLine } from './standard-output.ts'

/** The lowest level that is written; `silent` writes nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export type LogFields = Readonly<Record<string, unknown>>

/** Writes one line for each event. It never throws, and never writes anything that looks like one of our secrets. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log, with these fields in every line. */
  child(fields: LogFields): Log
}

export interface LogOptions {
  level?: LogLevel
  /** Takes each line with its line end; default: standard output. */
  write?: (line: string) => void
  /** Formats for people instead of programs. Defaults to true if standard output is a terminal. */
  pretty?: boolean
  now?: () => number
}

/**
 * A log of JSON lines: `{"level":"info","time":"2026-11-21T09:49:00.000Z",…fields,"message":"…"}`, written by pino.
 *
 * Errors among the fields keep name, message, code and cause; their stacks are written at level `debug` only.
 */
export function createLog({
  level = 'info',
  write = writeLine,
  pretty = process.stdout.isTTY,
  now = Date.now,
}: LogOptions = {}): Log {
  const format = pretty ? toPrettyLine : visible
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(`${redact(format(line.trimEnd()))}\n`) },
  )
  return logTo(logger, { stacks: level === 'debug' })
}

/** The methods that a logger of the application must have: pino's, which many share. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Writes to the application's own logger the same as {@link createLog}, equally free of secrets. */
export const createLogFor = (logger: Logger): Log =>
  logTo(
    {
      debug: (fields, message) => logger.debug(withoutSecrets(fields), redact(message)),
      info: (fields, message) => logger.info(withoutSecrets(fields), redact(message)),
      warn: (fields, message) => logger.warn(withoutSecrets(fields), redact(message)),
      error: (fields, message) => logger.error(withoutSecrets(fields), redact(message)),
    },
    { stacks: false },
  )

const withoutSecrets = (fields: object): object => JSON.parse(redact(JSON.stringify(fields))) as object

/** Ignores a fault of the logger itself: the work matters more than its log line. */
function logTo(
  logger: Logger & { isLevelEnabled?: (level: string) => boolean },
  options: { stacks: boolean },
): Log {
  const bind = (bound: readonly LogFields[]): Log => {
    const at = (level: Exclude<LogLevel, 'silent'>) => (message: string, fields?: LogFields) => {
      if (logger.isLevelEnabled?.(level) === false) return
      try {
        logger[level](withoutReserved(toLogValue(fields ? [...bound, fields] : bound, options)), message)
      } catch {
        // Nothing else can be told of it.
      }
    }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => bind([...bound, fields]),
    }
  }
  return bind([])
}

const reserved = new Set(['time', 'level', 'message'])

/** Removes fields that would replace those of every line. */
const withoutReserved = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.keys(fields).some((name) => reserved.has(name))
    ? Object.fromEntries(Object.entries(fields).filter(([name]) => !reserved.has(name)))
    : fields

const colours = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red', silent: 'gray' } as const

function toPrettyLine(line: string): string {
  const { time, level, message, ...plain } = JSON.parse(line) as {
    time: string
    level: LogLevel
    message: string
  }
  const fields = Object.entries(plain).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
  const text = message.replaceAll(/[\r\n]+/g, ' ') + fields.join('')
  return `${time.slice(11, 19)} ${styleText(colours[level], level.padEnd(5))} ${visible(text)}`
}

// Control characters, also those that JSON leaves as they are: a terminal would execute them.
const visible = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\u2028\u2029]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
