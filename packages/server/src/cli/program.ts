import { Option as Flag, Command as Parser } from 'commander'
import { version } from '../config/version.ts'
import { type Command, CommandError, exitCodes, type Flags, type Invocation, type Option } from './command.ts'
import { commands } from './commands/index.ts'

/** A command line to read, and the callbacks for its outcome. */
export interface Reading {
  words: readonly string[]
  /** Takes the command that the words name, and its arguments. */
  call: (command: Command, invocation: Invocation) => void
  /** Takes the message about words that name no command. */
  complain: (text: string) => void
}

/** The commands as a tree, with a parser for each word. */
export function createProgram(reading: Reading): Parser {
  const program = new Parser('latchkey')
    .version(version, '-v, --version', 'Print the release.')
    .helpOption('-h, --help', 'Explain the command.')
    .helpCommand('help [command]', 'Explain a command.')
    .configureHelp({ visibleCommands: commandsBelow, subcommandTerm: nameOf })
    .configureOutput({
      writeErr: reading.complain,
      outputError: (message, write) => write(`${toSentence(message)}\n`),
    })
    .showHelpAfterError()
    .enablePositionalOptions()
    .exitOverride()
  for (const command of commands) addCommand(parserOf(program, command.name), command, reading)
  return program
}

/** The parser of the last word, with those on the way to it. */
const parserOf = (program: Parser, name: string): Parser =>
  name
    .split(' ')
    .reduce(
      (parent, word) => parent.commands.find((child) => child.name() === word) ?? parent.command(word),
      program,
    )

function addCommand(parser: Parser, command: Command, { words, call }: Reading): void {
  const { summary, description, takes = [] } = command
  parser.summary(summary)
  parser.description([`${summary}.`, ...(description === undefined ? [] : [description])].join('\n\n'))
  for (const name of takes) parser.argument(name)
  const options = Object.entries({ ...command.options, ...common })
  const flags = options.map(([name, option]) => createFlag(name, option, words))
  for (const flag of flags) parser.addOption(flag)
  parser.action(() => {
    const given = Object.fromEntries(flags.map((flag) => [flag.name(), valueOf(parser, flag)]))
    call(command, { flags: given, positionals: parser.args, json: given.json === true })
  })
}

/** The options that every command takes. */
const common: Record<string, Option> = { json: { type: 'boolean', help: 'Print JSON.' } }

function createFlag(
  name: string,
  { type, multiple = false, help, value = 'value' }: Option,
  words: readonly string[],
): Flag {
  if (type === 'boolean') return new Flag(`--${name}`, help)
  const flag = new Flag(`--${name} <${value}>`, help)
  // A word of its own that begins with a dash is another option, and the value was forgotten.
  const read = (text: string): string => {
    if (!/^-./.test(text) || !words.includes(text)) return text
    throw new CommandError(
      `--${name} lacks its value; one that begins with a dash is written --${name}=-x.`,
      exitCodes.usage,
    )
  }
  return multiple
    ? flag.argParser<string[] | undefined>((text, before) => [...(before ?? []), read(text)])
    : flag.argParser(read)
}

/** `--no-fence` is true when it is given, as any other. */
function valueOf(parser: Parser, flag: Flag): Flags[string] {
  const value = parser.getOptionValue(flag.attributeName()) as Flags[string]
  return flag.negate ? value === false : value
}

/** Returns the commands that do something, at any depth. */
const commandsBelow = (parser: Parser): Parser[] =>
  parser.commands.flatMap((child) => [...(child.summary() === '' ? [] : [child]), ...commandsBelow(child)])

/** The words that call it: `keys rotate`. */
export function nameOf(parser: Parser): string {
  const above = parser.parent?.parent ? `${nameOf(parser.parent)} ` : ''
  return `${above}${parser.name()}`
}

/** Makes one sentence of `error: unknown option '--jsn'` and, on a line of its own, `(Did you mean --json?)`. */
function toSentence(message: string): string {
  const [fault = '', advice = ''] = message
    .trim()
    .replace(/^error: /, '')
    .split('\n')
  const sentence = `${fault.slice(0, 1).toUpperCase()}${fault.slice(1)}${fault.endsWith('.') ? '' : '.'}`
  return `${sentence} ${advice.replaceAll(/^\(|\)$/g, '')}`.trim()
}
