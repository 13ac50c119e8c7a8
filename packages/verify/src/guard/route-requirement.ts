import type { Requirement } from '@latchkey/contract'
import { requireRequirement, requirementChecks } from '../token/requirement.ts'

/** The requirement for the caller of a route. */
export interface RouteRequirement extends Requirement {
  /**
   * For pages: the sign-in page, to which a visitor without a session is led, with `return_to`. Only GET navigations, and
   * only with `cookie`, which is all that a navigation brings.
   */
  redirectTo?: string
}

const checks = {
  ...requirementChecks,
  redirectTo: (value: unknown) => typeof value === 'string' && value !== '',
} satisfies Record<keyof RouteRequirement, (value: unknown) => boolean>

/** Throws TypeError: what is misspelt or undefined would guard nothing. */
export function readRequirement(
  requirement: RouteRequirement | undefined,
  takesCookie: boolean,
): RouteRequirement {
  requireRequirement(requirement, checks)
  const read = { ...requirement }
  // Without: who is signed in by tokens would be led to the sign-in page, and back from it, for ever.
  if (read.redirectTo !== undefined && !takesCookie)
    throw new TypeError(
      'redirectTo needs cookie: true, because a navigation brings nothing but cookies. See docs/verify.md.',
    )
  return read
}
