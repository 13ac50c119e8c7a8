import { styleText } from 'node:util'
import { redact } from './redact.ts'
import { toPlain } from './plain-value.ts'

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** The least important lines that are written; `silent` writes none. */
export type LogLevel = (typeof levels)[number]

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
  /** For people instead of programs; default: whether standard output is a terminal. */
  pretty?: boolean
  now?: () => number
}

/**
 * A log of JSON lines: `{"time":"2026-11-21T09:49:00.000Z","level":"info","message":"…",…fields}`.
 *
 * Errors among the fields keep name, message, code and cause; their stacks are written at level `debug` only.
 */
export function createLog({
  level = 'info',
  write = (line) => void process.stdout.write(line),
  pretty = process.stdout.isTTY,
  now = Date.now,
}: LogOptions = {}): Log {
  const least = levels.indexOf(level)
  const format = pretty ? toPrettyLine : toJsonLine

  const bind = (bound: readonly LogFields[]): Log => {
    const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
      if (levels.indexOf(level) < least) return
      const plain = toPlain(fields ? [...bound, fields] : bound, { stacks: least === 0 })
      write(`${redact(format({ time: new Date(now()).toISOString(), level, message }, plain))}\n`)
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

interface Entry {
  time: string
  level: LogLevel
  message: string
}

// The entry twice: first so that it stands in front, then so that no field takes its place.
const toJsonLine = (entry: Entry, plain: object): string =>
  visible(JSON.stringify({ ...entry, ...plain, ...entry }))

const colours = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red', silent: 'gray' } as const

function toPrettyLine({ time, level, message }: Entry, plain: object): string {
  const fields = Object.entries(plain).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
  const text = message.replaceAll(/[\r\n]+/g, ' ') + fields.join('')
  return `${time.slice(11, 19)} ${styleText(colours[level], level.padEnd(5))} ${visible(text)}`
}

// Control characters, also those that JSON leaves as they are: a terminal would obey them.
const visible = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\u2028\u2029]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
