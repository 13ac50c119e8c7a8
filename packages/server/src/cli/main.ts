import { parseArgs } from 'node:util'
import { type Command, CommandError, exitCodes, type Flags } from './command.ts'
import { commands } from './commands/index.ts'
import { commonOptions } from './common-options.ts'
import { exitCodeFor, sentenceFor } from './faults.ts'
import { explain, overview } from './help.ts'
import { version } from '../config/version.ts'

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
  if (words.length === 1 && ['--version', '-v'].includes(words[0] ?? '')) return printVersion()
  const command = findCommand(words)
  if (!command) return explainAll(words)
  const { flags, positionals } = parse(command, words.slice(command.name.split(' ').length))
  if (flags.help === true) {
    process.stdout.write(explain(command))
    return exitCodes.done
  }
  requirePositionals(command, positionals)
  return await command.run({ flags, positionals, json: flags.json === true })
}

function printVersion(): number {
  process.stdout.write(`${version}\n`)
  return exitCodes.done
}

/** The longest name that the words begin with. */
function findCommand(words: string[]): Command | undefined {
  const matches = commands.filter(({ name }) => name.split(' ').every((word, index) => words[index] === word))
  return matches.sort((a, b) => b.name.length - a.name.length)[0]
}

/** No command: the list, or the part of it that begins with the same word. */
function explainAll(words: string[]): number {
  const [first = '--help', second = '--help'] = words
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  const listed = overview(group.length > 0 ? group : commands)
  const asksForHelp = (word: string) => ['--help', '-h', 'help'].includes(word)
  if (!asksForHelp(first) && (group.length === 0 || !asksForHelp(second))) {
    throw new CommandError(
      `There is no command "${words.slice(0, 2).join(' ')}".\n\n${listed}`,
      exitCodes.usage,
    )
  }
  process.stdout.write(listed)
  return exitCodes.done
}

function parse(command: Command, args: string[]): { flags: Flags; positionals: string[] } {
  try {
    const options = { ...command.options, ...commonOptions }
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true })
    return { flags: values, positionals }
  } catch (error) {
    throw new CommandError(`${usageFault(error)}\n\n${explain(command)}`, exitCodes.usage)
  }
}

/** Node's own sentence goes on about what to do with words that begin with a dash. */
function usageFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1]
  if (unknown !== undefined) return `There is no option ${unknown}.`
  return message.endsWith('.') ? message : `${message}.`
}

function requirePositionals(command: Command, positionals: string[]): void {
  const { takes = [] } = command
  const missing = takes.filter((name) => name.startsWith('<'))[positionals.length]
  if (missing !== undefined)
    throw new CommandError(`${missing} is missing.\n\n${explain(command)}`, exitCodes.usage)
  const surplus = positionals[takes.length]
  if (surplus === undefined) return
  throw new CommandError(
    `"${surplus}" is more than this command takes.\n\n${explain(command)}`,
    exitCodes.usage,
  )
}
