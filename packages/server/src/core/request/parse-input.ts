import type { z } from 'zod'
import { AuthError } from '../auth-error.ts'
import type { FieldError } from '@latchkey/contract'
import { sayIssue } from './say-issue.ts'

/** Throws `invalid_input` with every invalid field; `place` is the part of the request: body, query, path, header. */
export function parseInput(schema: z.ZodType, value: unknown, place: string): unknown {
  const result = schema.safeParse(value, { error: sayIssue })
  if (result.success) return result.data
  throw new AuthError('invalid_input', {
    errors: withoutEchoes(result.error.issues).flatMap((issue) => toFieldErrors(issue, place)),
  })
}

/** Drops the length faults of a value of the wrong type: `[]` is not an empty password. */
function withoutEchoes(issues: z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const mistyped = new Set(
    issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('.')),
  )
  return issues.filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(path.join('.')))
}

function toFieldErrors(issue: z.core.$ZodIssue, place: string): FieldError[] {
  const at = (path: readonly PropertyKey[]) => [place, ...path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: at([...issue.path, key]),
      message: 'is not a field of this request',
    }))
  }
  if (issue.code === 'invalid_union')
    return nearest(issue.errors).flatMap((each) => toFieldErrors(each, at(issue.path)))
  return [{ path: at(issue.path), message: issue.message }]
}

/** The faults of the form that came closest, out of several. */
function nearest(alternatives: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  return alternatives.toSorted((a, b) => a.length - b.length)[0] ?? []
}
