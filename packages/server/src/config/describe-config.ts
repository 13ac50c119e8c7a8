import { formatDuration } from './duration.ts'
import type { Source } from './layers.ts'
import type { Config } from './config.ts'
import { mask } from './mask.ts'
import { optionNames, settings, type OptionName, type Setting } from './settings.ts'

/** One line of `latchkey config print`. */
export interface ConfigRow {
  option: OptionName
  env: string
  /** The value as in the environment; secrets are hidden, URLs stand without user and password. */
  value: string
  source: Source
}

/** Lists the configuration in force, safe to print: every setting with its value and source. */
export const describeConfig = (config: Config): ConfigRow[] =>
  optionNames.map((option) => ({
    option,
    env: settings[option].env,
    value: show(config[option], settings[option]),
    source: config.sources[option],
  }))

function show(value: unknown, { schema, secret }: Setting): string {
  if (value === null) return 'none'
  if (secret === 'whole') return '(hidden)'
  if (schema.meta()?.['unit'] === 'milliseconds') return formatDuration(Number(value))
  if (Array.isArray(value)) return value.join(', ') || 'none'
  return mask(value, secret).replaceAll(/^"|"$/g, '')
}
