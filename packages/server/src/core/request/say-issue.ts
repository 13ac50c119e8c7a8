import type { z } from 'zod'

/** Words an issue whose schema has no message, to stand after the name of the field: `must be a string`. */
export const sayIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? issue.expected}`
  }
  if (issue.code === 'invalid_value') return `must be ${oneOf(issue.values)}`
  if (issue.code === 'too_small') return sayBound(issue.origin, 'at least', issue.minimum)
  if (issue.code === 'too_big') return sayBound(issue.origin, 'at most', issue.maximum)
  if (issue.code === 'invalid_format') return formats[issue.format] ?? 'does not have the form it must have'
  if (issue.code === 'unrecognized_keys') return `has no field ${oneOf(issue.keys)}`
  return undefined
}

const kinds: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const formats: Record<string, string> = {
  datetime: 'must be a time such as 2026-11-21T09:30:00Z',
  url: 'must be a URL',
}

const oneOf = (values: readonly z.core.util.Primitive[]): string =>
  values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value))).join(' or ')

function sayBound(origin: string, side: string, bound: number | bigint): string {
  if (origin === 'string') return `must have ${side} ${bound} ${bound === 1 ? 'character' : 'characters'}`
  if (origin === 'array') return `must have ${side} ${bound} ${bound === 1 ? 'entry' : 'entries'}`
  return `must be ${side} ${bound}`
}
