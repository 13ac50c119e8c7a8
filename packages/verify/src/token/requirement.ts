import type { Requirement } from '@latchkey/contract'
import type { Claims } from './claims.ts'

/** The missing part of a requirement, and how it could be had. */
export type Shortfall =
  /** A role or permission; nothing that the caller does helps. */
  | { code: 'forbidden'; detail: string }
  /** RFC 6750 §3.1: another token could have it. */
  | { code: 'insufficient_scope'; scope: string }
  /** A step-up would help (RFC 9470 §3). */
  | { code: 'insufficient_user_authentication'; acr?: string; maxAge?: number }

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''

/** The allowed values of each part of a requirement. */
export const requirementChecks = {
  role: isText,
  permission: isText,
  scope: isText,
  mfa: (value) => typeof value === 'boolean',
  maxAge: (value) => typeof value === 'number' && value >= 0,
} satisfies Record<keyof Requirement, (value: unknown) => boolean>

/**
 * Throws TypeError: a misspelt or missing value would guard nothing. `role: undefined`, a setting that nobody has set,
 * is refused too; leave a member out to ask for nothing.
 */
export function requireRequirement(
  requirement: unknown,
  checks: Readonly<Record<string, (value: unknown) => boolean>> = requirementChecks,
): void {
  if (typeof requirement !== 'object' || requirement === null || Array.isArray(requirement))
    throw misuse(`a requirement cannot be ${JSON.stringify(requirement)}: to ask for nothing, leave it out`)
  for (const [name, value] of Object.entries(requirement)) {
    const isRight = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (!isRight) throw misuse(`there is no requirement ${name}, only ${Object.keys(checks).join(', ')}`)
    if (!isRight(value))
      throw misuse(`${name} cannot be ${JSON.stringify(value)}: to ask for nothing, leave it out`)
  }
}

const misuse = (what: string): TypeError => new TypeError(`${what}. See docs/verify.md.`)

/** Checks verified claims against a requirement; null if nothing is missing. `now` in milliseconds since the epoch. */
export function decideRequirement(claims: Claims, requirement: Requirement, now: number): Shortfall | null {
  const { role, permission, scope, mfa = false, maxAge } = requirement
  if (role !== undefined && !claims.roles?.includes(role))
    return { code: 'forbidden', detail: `The role ${role} is needed.` }
  if (permission !== undefined && !covers(claims.permissions ?? [], permission))
    return { code: 'forbidden', detail: `The permission ${permission} is needed.` }
  if (scope !== undefined && !holdsScopes(claims, scope)) return { code: 'insufficient_scope', scope }
  const lacksFactor = mfa && levelOf(claims) < 2
  const isStale = maxAge !== undefined && ((claims.auth_time ?? 0) + maxAge) * 1000 < now
  if (!lacksFactor && !isStale) return null
  return {
    code: 'insufficient_user_authentication',
    ...(mfa && { acr: 'aal2' }),
    ...(maxAge !== undefined && { maxAge }),
  }
}

/** `*` covers everything, `users:*` everything below `users`. */
export function covers(held: readonly string[], permission: string): boolean {
  return held.some(
    (each) =>
      each === '*' ||
      each === permission ||
      (each.endsWith(':*') && permission.startsWith(each.slice(0, -1))),
  )
}

/** All of a space-separated list. */
function holdsScopes({ scope: held = '' }: Claims, wanted: string): boolean {
  const scopes = held.split(' ')
  return wanted.split(' ').every((each) => scopes.includes(each))
}

/** `aal2` is 2. */
export const levelOf = ({ acr = '' }: Claims): number => Number(/^aal([1-3])$/.exec(acr)?.[1] ?? 0)
