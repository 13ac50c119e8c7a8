import type { PageContext } from './page-context.ts'
import type { Wording } from './words/define-words.ts'
import type { MessageKey } from './words/en.ts'

/** A shared message by its key, or a sentence from the words of a slice. */
export type Text = MessageKey | Wording

export const textOf = (text: Text, page: Pick<PageContext, 'words' | 'language'>): string =>
  typeof text === 'string' ? page.words[text] : text(page)
