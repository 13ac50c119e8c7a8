import { CommanderError } from 'commander'
import { type Command, CommandError, exitCodes, type Invocation } from './command.ts'
import { createProgram } from './program.ts'

/** A command and its arguments. */
export interface Call {
  command: Command
  invocation: Invocation
}

/** Reads the call that the words name; null for help or the release, which is printed. */
export function readCall(words: readonly string[]): Call | null {
  let read: Call | null = null
  let said = ''
  const program = createProgram({
    words,
    call: (command, invocation) => (read = { command, invocation }),
    complain: (text) => (said += text),
  })
  try {
    program.parse(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // The name of a group, or no word at all, asks for the list.
    const isAnswer = error.exitCode === 0 || error.code === 'commander.help'
    if (!isAnswer) throw new CommandError(said.trimEnd(), exitCodes.usage)
    process.stdout.write(said)
  }
  return read
}
