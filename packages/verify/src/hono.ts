import type { Context, MiddlewareHandler } from 'hono'
import type { AuthOptions } from './guard/auth-options.ts'
import {
  type Authenticated,
  type AuthVerdict,
  authOf,
  createGuard,
  type MaybeAuthenticated,
} from './guard/guard.ts'
import type { Incoming } from './guard/incoming.ts'
import { refusalResponse, targetOf } from './request.ts'
import type { RouteRequirement } from './guard/route-requirement.ts'
import { addVary } from './guard/vary.ts'
import type { Verifier } from './verifier/verifier.ts'

export interface HonoAuth {
  /** Reads: `c.var.auth` is the caller's claims or null, `c.var.authVerdict` says why. Refuses nobody. */
  auth(): MiddlewareHandler<{ Variables: MaybeAuthenticated }>
  /**
   * Guards: refuses with 401, 403 or 503 as problem+json with `WWW-Authenticate`; behind it `c.var.auth` is never null.
   * Throws TypeError for a wrong requirement.
   */
  requireAuth(requirement?: RouteRequirement): MiddlewareHandler<{ Variables: Authenticated }>
}

/**
 * Creates Hono's middleware: `const { auth, requireAuth } = createHonoAuth(createVerifier({ … }))`. Throws TypeError
 * for wrong options.
 */
export function createHonoAuth(verifier: Verifier, options: AuthOptions = {}): HonoAuth {
  const guard = createGuard(verifier, options)

  return {
    auth: () => async (c, next) => {
      note(c, await guard.read(incomingOf(c)))
      await next()
      vary(c)
    },
    requireAuth: (...asked) => {
      const check = guard.require(...asked)
      return async (c, next) => {
        const verdict = await check(incomingOf(c))
        note(c, verdict)
        if (verdict.ok) await next()
        // Handed to Hono, which keeps what others have set: CORS, request ids.
        else c.res = refusalResponse(verdict.refusal)
        vary(c)
      }
    },
  }

  function vary(c: Context): void {
    c.header('vary', addVary(c.res.headers.get('vary'), guard.vary))
  }
}

function note(c: Context, verdict: AuthVerdict): void {
  c.set('auth', authOf(verdict))
  c.set('authVerdict', verdict)
}

/** The bindings of `@hono/node-server`, as far as they are read here. */
interface NodeBindings {
  incoming?: {
    socket?: {
      remoteAddress?: string | undefined
      getPeerX509Certificate?: () => { raw: Uint8Array } | undefined
    }
  }
}

function incomingOf({ req, env }: Context): Incoming {
  const { incoming } = (env ?? {}) as NodeBindings
  return {
    method: req.method,
    target: targetOf(req.url),
    header: (name) => req.header(name) ?? null,
    peer: incoming?.socket?.remoteAddress,
    certificate: () => incoming?.socket?.getPeerX509Certificate?.()?.raw,
  }
}
