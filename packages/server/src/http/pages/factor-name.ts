import type { Messages } from './catalogue/en.ts'

/** What people call a factor; of an application's own method its name. */
export function factorName(name: string, words: Messages): string {
  const named: Readonly<Record<string, string>> = words
  return named[`factor.${name}`] ?? name
}
