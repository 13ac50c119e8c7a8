import { exitCodes } from './command.ts'
import { exitCodeFor, sentenceFor } from './faults.ts'
import { readCall } from './read-call.ts'

/** Runs the command named by `words`; returns the exit code. Every fault is one sentence on standard error. */
export async function main(words: string[]): Promise<number> {
  try {
    const call = readCall(words)
    return call ? await call.command.run(call.invocation) : exitCodes.done
  } catch (error) {
    process.stderr.write(`${sentenceFor(error)}\n`)
    return exitCodeFor(error)
  }
}
