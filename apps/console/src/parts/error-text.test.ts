import { AuthClientError } from '@latchkey/client'
import { expect, test } from 'vitest'
import type { Format } from '../base/locale/format.ts'
import { en } from '../base/words/en.ts'
import { errorText, isDefect } from './error-text.ts'

const format: Format = {
  date: String,
  dateTime: String,
  time: (at) => new Date(at).toISOString().slice(11, 16),
  ago: String,
}
const textOf = (error: AuthClientError, now = 0) => errorText(error, en, format, now)

test('who tries too often is told when to try again', () => {
  const error = new AuthClientError('rate_limited', '', { status: 429, retryAfter: 90 * 60 })
  expect(textOf(error, Date.parse('2026-11-21T12:00:00Z'))).toBe('Too many tries. Try again at 13:30.')
  expect(textOf(new AuthClientError('rate_limited', ''))).toBe('Too many tries. Try again later.')
})

test('what a proxy answers is said to pass', () => {
  expect(textOf(new AuthClientError('unexpected_answer', ''))).toBe(en.errors.unavailable)
  expect(textOf(new AuthClientError('not_latchkey', ''))).toBe(en.errors.unavailable)
})

test('an address that the server refuses is named as that', () => {
  const errors = [{ path: 'body.email', message: 'must be an e-mail address' }]
  expect(textOf(new AuthClientError('invalid_input', '', { errors }))).toBe(en.errors.invalid_email)
})

test('only what nobody expected is a defect', () => {
  for (const code of ['internal_error', 'toString', 'a_code_of_tomorrow']) {
    const error = new AuthClientError(code, '')
    expect(isDefect(error, en)).toBe(true)
    expect(textOf(error)).toBe(en.errors.unknown)
  }
  expect(isDefect(new AuthClientError('offline', ''), en)).toBe(false)
})
