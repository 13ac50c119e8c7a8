import type { Command, Option } from './command.ts'
import { commonOptions } from './common-options.ts'
import { renderTable } from './render-table.ts'

/** The list of commands. */
export function overview(commands: readonly Command[]): string {
  const list = renderTable(commands.map(({ name, summary }) => [name, summary]))
  return `Usage: latchkey <command> [options]\n\n${indent(list)}\n\nEach command takes --help and --json. latchkey --version prints the release.\n`
}

/** What one command does and takes. */
export function explain(command: Command): string {
  const { summary, description } = command
  const paragraphs = [`${summary}.`, ...(description === undefined ? [] : [description])]
  const options = renderTable(optionsOf(command).map(([name, option]) => [flagOf(name, option), option.help]))
  return `${[...paragraphs, `Usage: ${usageOf(command)}`, indent(options)].join('\n\n')}\n`
}

export const usageOf = ({ name, takes = [] }: Command): string =>
  ['latchkey', name, ...takes, '[options]'].join(' ')

export const optionsOf = ({ options }: Command): [name: string, option: Option][] =>
  Object.entries({ ...options, ...commonOptions })

/** `--before <time>`, or `-h, --help`. */
export function flagOf(name: string, { type, short, value = 'value' }: Option): string {
  const flag = short === undefined ? `--${name}` : `-${short}, --${name}`
  return type === 'string' ? `${flag} <${value}>` : flag
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ')
