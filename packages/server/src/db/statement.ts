import { createHash } from 'node:crypto'

export type Dialect = 'sqlite' | 'postgres'

export type Value = string | number | Uint8Array | null
export type Params = Record<string, Value | readonly Value[]>

/** One SQL statement with `:named` parameters, compiled once for both dialects. */
export interface Statement {
  readonly sqlite: CompiledStatement
  readonly postgres: CompiledStatement
}

export interface CompiledStatement {
  /** Stable name, so that the server plans it once per connection. */
  readonly name: string
  readonly text: string
  /** The parameters in the order in which `?` or `$n` expects them. */
  readonly parameters: readonly string[]
  readonly writes: boolean
}

/**
 * Declares a statement at module level. Where the dialects differ, hand in one text for each.
 * Parameters are written `:name`; a doubled colon (`::type`) is left alone.
 */
export function statement(text: string | Record<Dialect, string>): Statement {
  const texts = typeof text === 'string' ? { sqlite: text, postgres: text } : text
  return { sqlite: compile(texts.sqlite, 'sqlite'), postgres: compile(texts.postgres, 'postgres') }
}

function compile(source: string, dialect: Dialect): CompiledStatement {
  const parameters: string[] = []
  const text = source.replace(/(?<!:):([a-zA-Z]\w*)/g, (_, name: string) => {
    let position = parameters.indexOf(name)
    if (position < 0) position = parameters.push(name) - 1
    return dialect === 'postgres' ? `$${position + 1}` : `?${position + 1}`
  })
  return { name: statementName(text), text, parameters, writes: !/^\s*(SELECT|PRAGMA)\b/i.test(text) }
}

function statementName(text: string): string {
  return 'lk_' + createHash('sha256').update(text).digest('base64url').slice(0, 20)
}

export function valuesOf(compiled: CompiledStatement, params: Params): (Value | readonly Value[])[] {
  return compiled.parameters.map((name) => {
    const value = params[name]
    if (value === undefined) throw new TypeError(`parameter :${name} is missing for: ${compiled.text}`)
    return value
  })
}
