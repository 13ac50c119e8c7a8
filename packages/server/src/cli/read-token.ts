import { CommandError, exitCodes } from './command.ts'
import { readSecretInput } from './read-secret-input.ts'

/** Reads the token from the command line, or from standard input, which leaves no trace in the shell's history. */
export async function readToken([given]: readonly string[]): Promise<string> {
  const token = (given ?? (await readSecretInput('Token: '))).trim()
  if (token === '') throw new CommandError('A token is needed: as a word, or piped in.', exitCodes.usage)
  return token.replace(/^bearer +/i, '')
}
