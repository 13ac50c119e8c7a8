import { schemas } from '@latchkey/contract'
import type { z } from 'zod'

export type Flags = Readonly<Record<string, string | boolean | string[] | undefined>>

/** The arguments that a command is called with. */
export interface Invocation {
  flags: Flags
  positionals: string[]
  json: boolean
}

/** One option of a command. */
export interface Option {
  type: 'string' | 'boolean'
  multiple?: boolean
  help: string
  /** The placeholder for the value in the help: `time`. @default value */
  value?: string
}

/** One command of `latchkey`, in a file of its own. */
export interface Command {
  /** The words that call it: `keys rotate`. */
  name: string
  /** One line without a full stop. */
  summary: string
  /** Whole sentences to know before calling it. */
  description?: string
  /** Arguments after the name, in order: `<kid>`, or `[token]` if it is optional. */
  takes?: readonly string[]
  options?: Readonly<Record<string, Option>>
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

/** The text of an option; undefined when it was not given. */
export function textOf({ flags }: Invocation, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** As {@link textOf}, for an option that must be given. */
export function requiredTextOf(invocation: Invocation, name: string): string {
  const value = textOf(invocation, name)
  if (value === undefined) throw new CommandError(`--${name} is missing.`, exitCodes.usage)
  return value
}

/** Reports the API's objection for the option it came from. `flags` maps fields whose option has another name. */
export function usageError(
  { issues: [issue] }: z.ZodError,
  flags: Record<string, string> = {},
): CommandError {
  const field = String(issue?.path[0])
  return new CommandError(`--${flags[field] ?? field} ${issue?.message}.`, exitCodes.usage)
}

/** A name as the API takes it. */
export function nameOf(text: string, longest: number): string {
  const { success, data, error } = schemas.text(longest).safeParse(text)
  if (success) return data
  throw new CommandError(`The name ${error.issues[0]?.message}.`, exitCodes.usage)
}

/** Every text of an option that may be repeated. */
export function textsOf({ flags }: Invocation, name: string): string[] {
  const value = flags[name]
  return Array.isArray(value) ? value : []
}

/** Prints a result: JSON for machines, else the text from `render`. */
export function print<Result>(result: Result, json: boolean, render: (result: Result) => string): void {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : render(result)}\n`)
}
