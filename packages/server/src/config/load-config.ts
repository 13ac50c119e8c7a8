import type { Config } from './config.ts'
import { ConfigError, type Fault } from './config-error.ts'
import { crossChecks } from './cross-checks.ts'
import { isOpenToOthers } from './is-open-to-others.ts'
import {
  exampleVariable,
  readConfigFile,
  readEnvironment,
  readOptions,
  type Environment,
  type Given,
  type Layer,
} from './layers.ts'
import { mask } from './mask.ts'
import {
  optionNames,
  settings,
  type ConfigOptions,
  type OptionName,
  type Setting,
  type SettingValues,
} from './settings.ts'

export interface ConfigInput {
  env: Environment
  /**
   * Path of the configuration file. If omitted, the file that `LATCHKEY_CONFIG` names, else `latchkey.config.json` in
   * the working folder if there is one. Null: no file is read.
   */
  file?: string | null
  /** The options passed to `createLatchkey`. */
  options?: ConfigOptions
  /** The working folder, for relative paths. */
  cwd?: string
}

/**
 * Reads the configuration: options before environment before file before defaults.
 *
 * Nothing is created and nothing is contacted. `secret` may be null outside production: `getSecretRing` makes one.
 *
 * @throws {ConfigError} that lists all faults at once: malformed, unknown or contradicting settings, unreadable
 * files, and in production an http address, missing or weak secrets, and secrets in files that others can read.
 */
export function loadConfig({ env, file, options = {}, cwd = process.cwd() }: ConfigInput): Config {
  const layers = [readOptions(options), readEnvironment(env, cwd), readConfigFile(file, env, cwd)]
  const resolved = resolveSettings(layers)
  const faults = [
    ...layers.flatMap((layer) => layer.faults),
    ...resolved.faults,
    ...findContradictions(resolved),
    ...findExposedSecrets(resolved),
  ]
  if (faults.length > 0) throw new ConfigError(faults)
  return toConfig(resolved)
}

interface Resolved {
  /** Lacks the settings that are faulty, and those whose default is derived from a faulty one. */
  values: Partial<Record<OptionName, unknown>>
  origins: Partial<Record<OptionName, Given>>
  faults: Fault[]
}

function resolveSettings(layers: readonly Layer[]): Resolved {
  const resolved: Resolved = { values: {}, origins: {}, faults: [] }
  for (const name of optionNames) {
    const given = findGiven(name, layers) ?? findDefault(name, resolved.values)
    if (!given) continue
    const parsed = settings[name].schema.safeParse(given.value)
    if (parsed.success) {
      resolved.values[name] = deepFreeze(parsed.data)
      resolved.origins[name] = given
    } else {
      resolved.faults.push(fault(name, given, settings[name].schema.description ?? 'another value'))
    }
  }
  return resolved
}

const findGiven = (name: OptionName, layers: readonly Layer[]): Given | undefined =>
  layers.map((layer) => layer.given.get(name)).find((given) => given !== undefined)

function findDefault(name: OptionName, values: Resolved['values']): Given | undefined {
  const { env, fallback }: Setting = settings[name]
  const origin = { source: 'default', key: env, example: exampleVariable(name) } as const
  if (fallback === null || typeof fallback === 'string') return { ...origin, value: fallback }
  if (fallback.of.some((needed) => !(needed in values))) return undefined
  // Safe: `of` names what `from` reads, and each of these has passed its schema.
  return { ...origin, value: fallback.from(values as SettingValues) }
}

function findContradictions({ values, origins }: Resolved): Fault[] {
  return crossChecks.flatMap(({ settings: [name, ...others], expect }) => {
    const given = origins[name]
    if (!given || others.some((other) => !(other in values))) return []
    // Safe: every setting that the rule names has a valid value.
    const expected = expect(values as SettingValues)
    return expected === null ? [] : [fault(name, given, expected)]
  })
}

function findExposedSecrets({ values, origins }: Resolved): Fault[] {
  if (values.nodeEnv !== 'production') return []
  return optionNames.flatMap((name) => {
    const path = origins[name]?.path
    const holdsSecret = settings[name].secret === 'whole' || origins[name]?.source === 'secret file'
    if (path === undefined || !holdsSecret || !isOpenToOthers(path)) return []
    return [
      {
        key: origins[name]?.key ?? name,
        given: `${path}, which other users of this machine can read`,
        expected: 'a file that only its owner can read',
        example: `chmod 600 ${path}`,
      },
    ]
  })
}

function fault(name: OptionName, { key, value, source, example }: Given, expected: string): Fault {
  const shown = mask(value, settings[name].secret)
  const given = source === 'default' && value !== null ? `nothing; the default is ${shown}` : shown
  return { key, given, expected, example }
}

function toConfig({ values, origins }: Resolved): Config {
  const sources = Object.fromEntries(optionNames.map((name) => [name, origins[name]?.source ?? 'default']))
  // Safe: without faults every setting has the output of its schema.
  return Object.freeze({ ...values, sources: Object.freeze(sources) }) as Config
}

function deepFreeze(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze([...value]) : value
}
