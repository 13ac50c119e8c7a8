import {
  type CanActivate,
  type CustomDecorator,
  createParamDecorator,
  type DynamicModule,
  type ExecutionContext,
  HttpException,
  Module,
  SetMetadata,
} from '@nestjs/common'
import { APP_GUARD, HttpAdapterHost, Reflector } from '@nestjs/core'
import type { IncomingMessage } from 'node:http'
import type { Claims } from './token/claims.ts'
import type { AuthOptions } from './guard/auth-options.ts'
import { type AuthVerdict, authOf, createGuard } from './guard/guard.ts'
import type { Incoming } from './guard/incoming.ts'
import { incomingOf } from './node.ts'
import type { Refusal } from './guard/refusal.ts'
import { readRequirement, type RouteRequirement } from './guard/route-requirement.ts'
import { addVary } from './guard/vary.ts'
import type { Verifier } from './verifier/verifier.ts'

export interface LatchkeyModuleOptions extends AuthOptions {
  verifier: Verifier
}

const requirementKey = 'latchkey:requirement'
const publicKey = 'latchkey:public'

/**
 * Adds a requirement, on a controller for all of its routes or on a single route. Both apply if both are given. Throws
 * TypeError for a wrong requirement.
 */
export const RequireAuth = (...asked: [requirement?: RouteRequirement]): CustomDecorator =>
  SetMetadata(requirementKey, asked.length === 0 ? {} : readRequirement(asked[0], true))

/** Lets everybody in, on a controller or a route; `@Auth()` is then null if nobody is signed in. */
export const Public = (): CustomDecorator => SetMetadata(publicKey, true)

/** The caller's claims, as a parameter of a route; null is possible only on a `@Public()` one. */
export const Auth: () => ParameterDecorator = createParamDecorator<unknown>(
  (_, context) => requestOf(context).auth ?? null,
)

/** The value of `@Auth()`. */
export type AuthClaims = Readonly<Claims>

/** The outcome of checking the request, with the reason why `@Auth()` is null. */
export const Verdict: () => ParameterDecorator = createParamDecorator<unknown>(
  (_, context) => requestOf(context).authVerdict,
)

/**
 * Guards every route of the application over HTTP, whatever its module: `imports: [LatchkeyModule.forRoot({ verifier
 * })]`. Callers without a valid token reach only `@Public()` routes; refusals are problem+json with `WWW-Authenticate`.
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- Nest's modules are classes
export class LatchkeyModule {
  /** Throws TypeError for options that are wrong. */
  static forRoot({ verifier, ...options }: LatchkeyModuleOptions): DynamicModule {
    const useFactory = (host: HttpAdapterHost) => createNestGuard(verifier, options, host)
    return {
      module: LatchkeyModule,
      providers: [{ provide: APP_GUARD, useFactory, inject: [HttpAdapterHost] }],
    }
  }
}
// Called as a function: decorators are not yet part of JavaScript.
Module({})(LatchkeyModule)

function createNestGuard(
  verifier: Verifier,
  options: AuthOptions,
  { httpAdapter }: HttpAdapterHost,
): CanActivate {
  const guard = createGuard(verifier, options)
  const reflector = new Reflector()

  return { canActivate }

  async function canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets and queues bring no request to check, so only public handlers take them.
    if (context.getType() !== 'http') return isPublic(context)
    const request = requestOf(context)
    const response: object = context.switchToHttp().getResponse()
    const vary = httpAdapter.getHeader(response, 'vary') as string | undefined
    httpAdapter.setHeader(response, 'vary', addVary(vary ?? null, guard.vary))
    const incoming = readIncoming(request)
    const verdict = isPublic(context) ? await guard.read(incoming) : await check(incoming, context)
    request.auth = authOf(verdict)
    request.authVerdict = verdict
    if (!verdict.ok && !isPublic(context)) refuse(verdict.refusal, response)
    return true
  }

  /** Prefers the route's own setting to that of its controller. */
  function isPublic(context: ExecutionContext): boolean {
    const [route, controller] = [context.getHandler(), context.getClass()]
    if (reflector.get<unknown>(publicKey, route)) return true
    return (
      Boolean(reflector.get<unknown>(publicKey, controller)) && !reflector.get<unknown>(requirementKey, route)
    )
  }

  async function check(incoming: Incoming, context: ExecutionContext): Promise<AuthVerdict> {
    const asked = [context.getClass(), context.getHandler()].flatMap(
      (target) => reflector.get<RouteRequirement | undefined>(requirementKey, target) ?? [],
    )
    return await guard.require(...asked)(incoming)
  }

  /** Sets the headers on the response: they stay whichever filter of the application answers. */
  function refuse({ status, headers, body }: Refusal, response: object): never {
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value)
    throw new HttpException(body === '' ? '' : (JSON.parse(body) as object), status)
  }
}

/** As Express and Fastify hand it to Nest. */
type NestRequest = IncomingMessage & {
  raw?: IncomingMessage
  originalUrl?: string
  auth?: ReturnType<typeof authOf>
  authVerdict?: AuthVerdict
}

const requestOf = (context: ExecutionContext): NestRequest => context.switchToHttp().getRequest<NestRequest>()

const readIncoming = (request: NestRequest): Incoming => ({
  ...incomingOf(request.raw ?? request),
  target: request.originalUrl ?? request.url ?? '/',
})
