import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A comment's first word that puts something before its subject, as in "What is sent is kept". */
const inverted = /^[ \t]*(?:\/\*\*?|\*|\/\/) (?:What|Whether|Who|Whoever|Of|For|Where)\b.*$/gm

/** Every comment that does not begin with its subject. */
export function commentFaults(root: string, files: readonly string[]): string[] {
  return files.flatMap((file) =>
    invertedComments(readFileSync(join(root, file), 'utf8')).map(
      (comment) => `comment does not begin with its subject: ${comment}\n  ${file}`,
    ),
  )
}

/** The lines of a text with such a comment. */
export const invertedComments = (text: string): string[] =>
  [...text.matchAll(inverted)].map(([line]) => line.trim())
