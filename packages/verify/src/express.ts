import type { Auth, AuthVerdict } from './guard.ts'
import { createNodeAuth } from './node.ts'

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

/**
 * For Express 4 and 5: `const { auth, requireAuth } = createExpressAuth(createVerifier({ … }))`.
 * Throws TypeError for options that are wrong.
 */
export const createExpressAuth: typeof createNodeAuth = createNodeAuth

export type { Auth, Authenticated, AuthOptions, AuthVerdict } from './guard.ts'
export type { GuardedHandler, NodeAuth as ExpressAuth, NodeMiddleware, NodeRequest } from './node.ts'
export type { Refusal, RefusalCode } from './refusal.ts'
export type { RouteRequirement } from './route-requirement.ts'
