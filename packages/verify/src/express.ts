import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { AuthOptions } from './guard/auth-options.ts'
import type { Authenticated, MaybeAuthenticated } from './guard/guard.ts'
import { createNodeAuth } from './node.ts'
import type { RouteRequirement } from './guard/route-requirement.ts'
import type { Verifier } from './verifier/verifier.ts'

export interface ExpressAuth {
  /**
   * Reads: puts the caller's claims, or null, into `request.auth` and the outcome into `request.authVerdict`. Refuses
   * nobody: a bad token gives null, and the verdict says why. With a handler it returns that handler with both set on
   * its request.
   */
  auth(): RequestHandler
  auth<Params = Record<string, string>>(
    handler: (
      request: Request<Params> & MaybeAuthenticated,
      response: Response,
      next: NextFunction,
    ) => unknown,
  ): RequestHandler<Params>
  /**
   * Guards: refuses with 401, 403 or 503 as problem+json with `WWW-Authenticate`. With a handler it returns that
   * handler, guarded, whose `request.auth` is never null. Throws TypeError for a wrong requirement.
   */
  requireAuth(requirement?: RouteRequirement): RequestHandler
  requireAuth<Params = Record<string, string>>(
    requirement: RouteRequirement,
    handler: (request: Request<Params> & Authenticated, response: Response, next: NextFunction) => unknown,
  ): RequestHandler<Params>
}

/**
 * Creates the middleware of Express 4 and 5: `const { auth, requireAuth } = createExpressAuth(createVerifier({ … }))`.
 * Throws TypeError for wrong options.
 */
export const createExpressAuth = (verifier: Verifier, options: AuthOptions = {}): ExpressAuth =>
  // Express's requests and responses are Node's, with more on them.
  createNodeAuth(verifier, options)
