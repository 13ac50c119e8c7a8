import type { AuthClientError } from '@latchkey/client'
import type { Format } from '../base/locale/format.ts'
import type { BaseWords } from '../base/words/en.ts'

type ErrorName = keyof BaseWords['errors']

/** The meaning of an error in the reader's language, without codes. */
export function errorText(error: AuthClientError, t: BaseWords, format: Format, now = Date.now()): string {
  const { code, retryAfter, errors } = error
  if (code === 'rate_limited' && retryAfter !== undefined)
    return t.errorParts.retryAt(format.time(now + retryAfter * 1000))
  if (code === 'invalid_input' && errors.some(({ path }) => path === 'body.email'))
    return t.errors.invalid_email
  return t.errors[nameOf(code, t)]
}

/** True if it is for somebody else to look into. */
export const isDefect = (error: AuthClientError, t: BaseWords): boolean => nameOf(error.code, t) === 'unknown'

function nameOf(code: string, t: BaseWords): ErrorName {
  if (code === 'unexpected_answer' || code === 'not_latchkey') return 'unavailable'
  return Object.hasOwn(t.errors, code) ? (code as ErrorName) : 'unknown'
}
