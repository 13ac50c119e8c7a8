/** Why a text was not taken as JSON; the message names the fault and never repeats the text. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError'
}

/** Names through which an object reaches its prototype. */
const prototypeNames = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * JSON as RFC 8259 has it, without what two readers may read differently: refuses duplicate member names, names that
 * reach a prototype, and nesting deeper than `deepest`.
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
    const character = text[index]
    if (character === '{' || character === '[') {
      if (open.push(character === '{' ? new Set() : null) > deepest) {
        throw new StrictJsonError(`is nested deeper than ${deepest}`)
      }
    } else if (character === '}' || character === ']') {
      open.pop()
    } else if (character === '"') {
      const end = endOfString(text, index)
      if (isName(text, end)) checkName(open.at(-1) ?? null, text.slice(index, end + 1))
      index = end
    }
  }
}

function checkName(seen: Set<string> | null, literal: string): void {
  const name = JSON.parse(literal) as string
  if (prototypeNames.has(name)) throw new StrictJsonError('has a member name that is not allowed')
  if (seen?.has(name)) throw new StrictJsonError('has the same member twice')
  seen?.add(name)
}

function endOfString(text: string, start: number): number {
  let index = start + 1
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index
}

function isName(text: string, end: number): boolean {
  let index = end + 1
  while (text[index] === ' ' || text[index] === '\n' || text[index] === '\r' || text[index] === '\t') index++
  return text[index] === ':'
}
