import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Fault } from './config-error.ts'
import { optionNames, settings, type OptionName } from './settings.ts'
import { findUnknownOptions, findUnknownVariables } from './unknown-keys.ts'

export type Source = 'option' | 'environment' | 'secret file' | 'file' | 'default'

/** One value before it is parsed, with all that an error message needs. */
export interface Given {
  value: unknown
  source: Source
  /** The place of the setting, as written. */
  key: string
  example: string
  /** The file that it was read from. */
  path?: string
}

/** The settings that one source gives, and its faults other than wrong values. */
export interface Layer {
  given: ReadonlyMap<OptionName, Given>
  faults: readonly Fault[]
}

export type Environment = Readonly<Record<string, string | undefined>>

const defaultFile = 'latchkey.config.json'

/** The options of `createLatchkey`. A key whose value is undefined is not given. */
export function readOptions(options: object): Layer {
  return readRecord(options, (name) => ({ source: 'option', key: `option ${name}` }))
}

/** The environment. Variables that are empty count as not set, as container tools write them. */
export function readEnvironment(env: Environment, cwd: string): Layer {
  const faults = findUnknownVariables(env)
  const given = new Map<OptionName, Given>()
  for (const name of optionNames) {
    const variable = settings[name].env
    const text = env[variable]?.trim()
    const path = settings[name].secret ? env[`${variable}_FILE`]?.trim() : undefined
    if (text && path) {
      faults.push({
        key: variable,
        given: `${variable} and ${variable}_FILE`,
        expected: 'only one of the two',
      })
    } else if (path) {
      const read = readSecretFile(`${variable}_FILE`, resolve(cwd, path))
      if (typeof read === 'string')
        given.set(name, { ...fromFile(name), value: read, path: resolve(cwd, path) })
      else faults.push(read)
    } else if (text) {
      given.set(name, { value: text, source: 'environment', key: variable, example: exampleVariable(name) })
    }
  }
  return { given, faults }
}

const fromFile = (name: OptionName): Omit<Given, 'value'> => ({
  source: 'secret file',
  key: `${settings[name].env}_FILE`,
  example: exampleVariable(name),
})

function readSecretFile(key: string, path: string): string | Fault {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return text === ''
      ? { key, given: `${path}, which is empty`, expected: 'a file that holds the value' }
      : text
  } catch (error) {
    return { key, given: `${path} (${errorCode(error)})`, expected: 'a file that this process may read' }
  }
}

/** How the setting is written in a shell. */
export function exampleVariable(name: OptionName): string {
  const { env, example, secret } = settings[name]
  if (secret === 'whole') return `${env}="$(${example})"`
  return /^[\w:/.,@=-]+$/.test(example) ? `${env}=${example}` : `${env}='${example}'`
}

/**
 * The configuration file: a JSON object with the names of the options.
 *
 * @param file its path, null for none, undefined to look for it
 */
export function readConfigFile(file: string | null | undefined, env: Environment, cwd: string): Layer {
  const named = file === undefined ? env['LATCHKEY_CONFIG']?.trim() || undefined : file
  if (named === null) return { given: new Map(), faults: [] }
  const path = resolve(cwd, named ?? defaultFile)
  const parsed = parseFile(path, named === undefined)
  if ('fault' in parsed) return { given: new Map(), faults: [parsed.fault] }
  return readRecord(parsed.record, (name) => ({ source: 'file', key: `${basename(path)}: ${name}`, path }))
}

function parseFile(path: string, mayBeAbsent: boolean): { record: object } | { fault: Fault } {
  const key = basename(path)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (mayBeAbsent && errorCode(error) === 'ENOENT') return { record: {} }
    return {
      fault: { key, given: `${path} (${errorCode(error)})`, expected: 'a file that this process may read' },
    }
  }
  try {
    const record: unknown = JSON.parse(text)
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return { record }
    return { fault: { key, given: `${path}, which holds no object`, expected: 'a JSON object' } }
  } catch (error) {
    return { fault: { key, given: `${path}, which is not JSON${place(error)}`, expected: 'a JSON object' } }
  }
}

// Returns only the place: the parser's message quotes the text around it, which may be a secret.
function place(error: unknown): string {
  const match = /\(line \d+ column \d+\)/.exec(error instanceof Error ? error.message : '')
  return match ? ` ${match[0]}` : ''
}

function readRecord(record: object, describe: (name: string) => Omit<Given, 'value' | 'example'>): Layer {
  const entries = Object.entries(record as Record<string, unknown>).filter(([, value]) => value !== undefined)
  const faults = findUnknownOptions(
    entries.map(([key]) => key),
    (key) => describe(key).key,
  )
  const given = entries
    .filter((entry): entry is [OptionName, unknown] => Object.hasOwn(settings, entry[0]))
    .map(([name, value]) => [name, { ...describe(name), value, example: exampleMember(name) }] as const)
  return { given: new Map(given), faults }
}

/** How the setting is written in JSON and in TypeScript. */
function exampleMember(name: OptionName): string {
  const { example, secret } = settings[name]
  return secret === 'whole' ? `"${name}": the output of ${example}` : `"${name}": ${JSON.stringify(example)}`
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable'
