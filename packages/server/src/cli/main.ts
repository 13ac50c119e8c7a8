import { parseArgs } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import { DatabaseUnavailable } from '../db/database.ts'
import { MigrationMismatch } from '../db/migrations.ts'
import { type Command, CommandError, exitCodes } from './command.ts'
import { commands } from './commands/index.ts'

const common = {
  json: { type: 'boolean', help: 'Print JSON.' },
  help: { type: 'boolean', short: 'h', help: 'Explain the command.' },
} as const

/** Runs the command named by `words`; returns the exit code. Every fault is one sentence on standard error. */
export async function main(words: string[]): Promise<number> {
  try {
    return await run(words)
  } catch (error) {
    process.stderr.write(`${sentenceFor(error)}\n`)
    return exitCodeFor(error)
  }
}

async function run(words: string[]): Promise<number> {
  const command = findCommand(words)
  if (!command) {
    if (words.length === 0 || words[0] === '--help' || words[0] === '-h' || words[0] === 'help') {
      process.stdout.write(overview())
      return exitCodes.done
    }
    throw new CommandError(
      `There is no command "${words.slice(0, 2).join(' ')}".\n\n${overview()}`,
      exitCodes.usage,
    )
  }
  const { values, positionals } = parse(command, words.slice(command.name.split(' ').length))
  if (values.help) {
    process.stdout.write(explain(command))
    return exitCodes.done
  }
  return await command.run({ flags: values, positionals, json: values.json === true })
}

/** The longest name that the words begin with. */
function findCommand(words: string[]): Command | undefined {
  const matches = commands.filter(({ name }) => name.split(' ').every((word, index) => words[index] === word))
  return matches.sort((a, b) => b.name.length - a.name.length)[0]
}

function parse(command: Command, args: string[]) {
  try {
    return parseArgs({
      args,
      options: { ...command.options, ...common },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${explain(command)}`, exitCodes.usage)
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `Usage: latchkey <command> [options]\n\n${lines.join('\n')}\n\nEach command takes --help and --json.\n`
}

function explain({ name, summary, usage, options }: Command): string {
  const rows = Object.entries({ ...options, ...common }).map(([option, { type, help }]) => {
    return [`--${option}${(type as string) === 'string' ? ' <value>' : ''}`, help] as const
  })
  const width = Math.max(...rows.map(([flag]) => flag.length))
  const lines = rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`)
  return `${summary}.\n\nUsage: latchkey ${name}${usage ? ` ${usage}` : ''} [options]\n\n${lines.join('\n')}\n`
}

function sentenceFor(error: unknown): string {
  if (error instanceof CommandError || error instanceof ConfigError) return error.message
  if (error instanceof DatabaseUnavailable) return `The database cannot be used: ${error.message}.`
  if (error instanceof MigrationMismatch) return `The database does not fit this release: ${error.message}.`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode
  if (error instanceof ConfigError) return exitCodes.configuration
  return error instanceof DatabaseUnavailable ? exitCodes.unavailable : exitCodes.failed
}
