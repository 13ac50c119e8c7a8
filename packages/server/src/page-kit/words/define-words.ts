import type { ErrorCode } from '@latchkey/contract'
import type { Language } from './languages.ts'

/** A sentence in the language of a page. */
export type Wording = (page: { language: Language }) => string

/** Texts of the pages for error codes that belong to one slice. */
export type Refusals = Readonly<Partial<Record<ErrorCode, Wording>>>

/**
 * The words of one slice, all languages beside each other. Every language has the same keys: one that lacks a key of
 * another does not compile. `{name}` in a sentence is filled in by `fill`.
 */
export function defineWords<Key extends string>(
  words: Readonly<Record<Language, Readonly<Record<Key, string>>>>,
): Readonly<Record<Key, Wording>> {
  const keys = Object.keys(words.en) as Key[]
  const wordings = keys.map((key) => [key, ({ language }: { language: Language }) => words[language][key]])
  return Object.fromEntries(wordings) as Record<Key, Wording>
}
