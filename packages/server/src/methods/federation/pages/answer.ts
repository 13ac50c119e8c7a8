import { AuthError } from '../../../core/auth-error.ts'

/** Parameters that are read; everything else in a provider's answer is ignored. */
const answerNames = ['state', 'code', 'error', 'iss', 'user'] as const

/** A parameter given twice is a fault: it is unclear which one the provider meant (RFC 6749 §3.1). */
export function answerOf(valuesOf: (name: string) => readonly string[]): Record<string, string> {
  const given = answerNames.flatMap((name) => valuesOf(name).map((value) => [name, value] as const))
  if (new Set(given.map(([name]) => name)).size < given.length) throw new AuthError('challenge_invalid')
  return Object.fromEntries(given)
}
