import type { Requirement } from '@latchkey/contract'

/** What is asked of the caller of a route. */
export interface RouteRequirement extends Requirement {
  /**
   * For pages: the sign-in page, to which a visitor without a session is led, with `return_to`. Only GET navigations, and
   * only with `cookie`, which is all that a navigation brings.
   */
  redirectTo?: string
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const checks = {
  role: isText,
  permission: isText,
  scope: isText,
  mfa: (value) => typeof value === 'boolean',
  maxAge: (value) => typeof value === 'number' && value >= 0,
  redirectTo: isText,
} satisfies Record<keyof RouteRequirement, (value: unknown) => boolean>

/** Throws TypeError: what is misspelt would guard nothing. */
export function readRequirement(requirement: RouteRequirement, takesCookie: boolean): RouteRequirement {
  for (const [name, value] of Object.entries(requirement)) {
    if (!Object.hasOwn(checks, name))
      throw misuse(`there is no requirement ${name}, only ${Object.keys(checks).join(', ')}`)
    if (value !== undefined && !checks[name as keyof RouteRequirement](value))
      throw misuse(`${name} cannot be ${JSON.stringify(value)}`)
  }
  // Without: who is signed in by tokens would be led to the sign-in page, and back from it, for ever.
  if (requirement.redirectTo !== undefined && !takesCookie)
    throw misuse('redirectTo needs cookie: true, because a navigation brings nothing but cookies')
  return { ...requirement }
}

const misuse = (what: string): TypeError => new TypeError(`${what}. See docs/verify.md.`)
