import { AuthError } from '../../../core/auth-error.ts'

/** What a provider sends along; everything else in its answer is its own business. */
const answerNames = ['state', 'code', 'error', 'iss', 'user'] as const

/** Given twice is a fault: which of the two the provider meant nobody knows (RFC 6749 §3.1). */
export function answerOf(valuesOf: (name: string) => readonly string[]): Record<string, string> {
  const given = answerNames.flatMap((name) => valuesOf(name).map((value) => [name, value] as const))
  if (new Set(given.map(([name]) => name)).size < given.length) throw new AuthError('challenge_invalid')
  return Object.fromEntries(given)
}
