import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Auth, Authenticated, AuthOptions, AuthVerdict } from './guard.ts'
import { createNodeAuth } from './node.ts'
import type { RouteRequirement } from './route-requirement.ts'
import type { Verifier } from './verifier.ts'

declare global {
  // Where `@types/express` looks for what middleware adds to its requests.
  namespace Express {
    interface Request {
      /** Set by `auth()` and `requireAuth()` of `@latchkey/verify/express`. */
      auth?: Auth | null
      authVerdict?: AuthVerdict
    }
  }
}

export interface ExpressAuth {
  /**
   * Reads: puts the caller's claims into `request.auth`, or null, and what was found out into `request.authVerdict`.
   * Refuses nobody: a bad token is null, too, and the verdict says why.
   */
  auth(): RequestHandler
  /**
   * Guards: answers who may not pass with 401, 403 or 503 as problem+json with `WWW-Authenticate`. With a handler it returns
   * that handler, guarded, whose `request.auth` is never null. Throws TypeError for a requirement that is wrong.
   */
  requireAuth(requirement?: RouteRequirement): RequestHandler
  requireAuth<Params = Record<string, string>>(
    requirement: RouteRequirement,
    handler: (request: Request<Params> & Authenticated, response: Response, next: NextFunction) => unknown,
  ): RequestHandler<Params>
}

/**
 * For Express 4 and 5: `const { auth, requireAuth } = createExpressAuth(createVerifier({ … }))`.
 * Throws TypeError for options that are wrong.
 */
export const createExpressAuth = (verifier: Verifier, options: AuthOptions = {}): ExpressAuth =>
  // Express's requests and responses are Node's, with more on them.
  createNodeAuth(verifier, options) as ExpressAuth

export type { Auth, Authenticated, AuthOptions, AuthVerdict } from './guard.ts'
export type { Refusal, RefusalCode } from './refusal.ts'
export type { RouteRequirement } from './route-requirement.ts'
