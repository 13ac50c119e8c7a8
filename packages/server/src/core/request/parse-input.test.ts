import { expect, test } from 'vitest'
import { z } from 'zod'
import { schemas } from '@latchkey/contract'
import { AuthError } from '../auth-error.ts'
import { parseInput } from './parse-input.ts'

const given = {
  string: schemas.password,
  flag: z.boolean(),
  whole: z.number().int().min(1).max(200),
  list: z.array(z.string()).min(1).max(2),
  kind: z.enum(['access_token', 'session']),
  when: schemas.timestamp,
  short: z.string().max(1),
  either: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string(), c: z.string() })]),
}

test.each([
  ['string', undefined, 'is missing'],
  ['string', 1, 'must be a string'],
  ['string', [], 'must be a string'],
  ['string', '', 'must not be empty'],
  ['flag', 'true', 'must be true or false'],
  ['whole', '5', 'must be a number'],
  ['whole', 5.5, 'must be a whole number'],
  ['whole', 0, 'must be at least 1'],
  ['whole', 201, 'must be at most 200'],
  ['list', {}, 'must be a list'],
  ['list', [], 'must have at least 1 entry'],
  ['list', ['a', 'b', 'c'], 'must have at most 2 entries'],
  ['kind', 'cookie', 'must be "access_token" or "session"'],
  ['when', 'yesterday', 'must be a time such as 2026-11-21T09:30:00Z'],
  ['short', 'ab', 'must have at most 1 character'],
] as const)('%s %j %s', (field, value, message) => {
  const schema = z.strictObject({ [field]: given[field] })
  expect(faultsOf(schema, { [field]: value })).toEqual([{ path: `body.${field}`, message }])
})

test('a body of another kind, a field too many and the nearest of several forms are said in words of ours', () => {
  const schema = z.strictObject({ either: given.either })
  expect(faultsOf(schema, [])).toEqual([{ path: 'body', message: 'must be an object' }])
  expect(faultsOf(schema, null)).toEqual([{ path: 'body', message: 'must be an object' }])
  expect(faultsOf(schema, { either: { a: 'a' }, more: 1 })).toEqual([
    { path: 'body.more', message: 'is not a field of this request' },
  ])
  expect(faultsOf(schema, { either: { a: 1 } })).toEqual([
    { path: 'body.either.a', message: 'must be a string' },
  ])
})

function faultsOf(schema: z.ZodType, value: unknown): unknown {
  try {
    parseInput(schema, value, 'body')
  } catch (error) {
    return error instanceof AuthError ? error.options.errors : error
  }
  return []
}
