import type { ParseArgsConfig } from 'node:util'

export type Flags = Record<string, string | boolean | (string | boolean)[] | undefined>

/** What a command is called with. */
export interface Invocation {
  flags: Flags
  positionals: string[]
  json: boolean
}

/** One command of `latchkey`, in a file of its own. */
export interface Command {
  /** The words that call it: `keys rotate`. */
  name: string
  summary: string
  /** What stands after the name in the usage line. */
  usage?: string
  /** Each option with its explanation. */
  options?: Record<string, NonNullable<ParseArgsConfig['options']>[string] & { help: string }>
  /** Returns the exit code; throws {@link CommandError} for a fault that the user can mend. */
  run: (invocation: Invocation) => Promise<number>
}

/** 0 done · 1 refused or failed · 2 called wrongly · 3 configuration · 4 database or network not available. */
export const exitCodes = { done: 0, failed: 1, usage: 2, configuration: 3, unavailable: 4 } as const

/** One clear sentence for the terminal, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Prints a result: JSON for machines, else what `render` makes of it. */
export function print<Result>(result: Result, json: boolean, render: (result: Result) => string): void {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : render(result)}\n`)
}
