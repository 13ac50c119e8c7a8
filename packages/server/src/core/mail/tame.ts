/**
 * A text of strangers (the name of a device, an address) as it may stand in a mail: in its line, short, and without
 * anything that a mail program would turn into a link. Otherwise our mail would carry theirs.
 */
export function tame(text: string): string {
  const line = oneLine(text)
  const short = line.length > mostCharacters ? `${line.slice(0, mostCharacters).toWellFormed()}…` : line
  return short.replaceAll('://', ':// ').replaceAll(/\.(?=\p{L})/gu, '.\u200b')
}

const mostCharacters = 100

/** Removes line ends, control characters and signs that reverse the direction of a text. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
