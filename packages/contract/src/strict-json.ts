/** The reason why a text was not taken as JSON; the message names the fault and never repeats the text. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError'
}

/** Names through which an object reaches its prototype. */
const prototypeNames = new Set(['__proto__', 'constructor', 'prototype'])

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

/**
 * Parses JSON (RFC 8259) that two readers cannot read differently. Refuses duplicate member names, names that reach a
 * prototype, and nesting deeper than `deepest`.
 */
export function parseStrictJson(text: string, deepest = 32): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new StrictJsonError('is not well-formed JSON')
  }
  checkMembers(text, deepest)
  return parsed
}

/** One pass over a text that is known to be well-formed: strings are skipped whole, braces counted. */
function checkMembers(text: string, deepest: number): void {
  const open: (Set<string> | null)[] = []
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) {
      const end = endOfString(text, index)
      if (isName(text, end)) checkName(open.at(-1)!, text, index, end)
      index = end
    } else if (code === openBrace || code === openBracket) {
      if (open.push(code === openBrace ? new Set() : null) > deepest) {
        throw new StrictJsonError(`is nested deeper than ${deepest}`)
      }
    } else if (code === closeBrace || code === closeBracket) {
      open.pop()
    }
  }
}

function checkName(seen: Set<string>, text: string, start: number, end: number): void {
  const literal = text.slice(start + 1, end)
  const name = literal.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : literal
  if (prototypeNames.has(name)) throw new StrictJsonError('has a member name that is not allowed')
  if (seen.has(name)) throw new StrictJsonError('has the same member twice')
  seen.add(name)
}

/** Returns the next quotation mark that is not escaped: an even number of backslashes stands before it, or none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return end
  }
}

/** True if a colon follows, after the white space of RFC 8259 §2: no other character of JSON there is below 0x21. */
function isName(text: string, end: number): boolean {
  let index = end + 1
  while (text.charCodeAt(index) <= 0x20) index++
  return text.charCodeAt(index) === colon
}
