import type { Option } from './command.ts'

/** What every command takes. */
export const commonOptions = {
  json: { type: 'boolean', help: 'Print JSON.' },
  help: { type: 'boolean', short: 'h', help: 'Explain the command.' },
} as const satisfies Record<string, Option>
