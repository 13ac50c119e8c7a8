import type { Requirement } from '@latchkey/contract'
import { requireRequirement, requirementChecks } from '../token/requirement.ts'

/** The requirement for the caller of a route. */
export interface RouteRequirement extends Requirement {
  /**
   * The sign-in page of a page's visitors: redirects those without a session, with `return_to`. Applies to GET
   * navigations only, and only with `cookie`, the only credential that a navigation brings.
   */
  redirectTo?: string
}

const checks = {
  ...requirementChecks,
  redirectTo: (value: unknown) => typeof value === 'string' && value !== '',
} satisfies Record<keyof RouteRequirement, (value: unknown) => boolean>

/** Throws TypeError: a misspelt or undefined requirement would guard nothing. */
export function readRequirement(
  requirement: RouteRequirement | undefined,
  takesCookie: boolean,
): RouteRequirement {
  requireRequirement(requirement, checks)
  const read = { ...requirement }
  // Without the cookie, a visitor signed in by tokens would go back and forth to the sign-in page for ever.
  if (read.redirectTo !== undefined && !takesCookie)
    throw new TypeError(
      'redirectTo needs cookie: true, because a navigation brings nothing but cookies. See docs/verify.md.',
    )
  return read
}
