import { operationRoutes } from '@latchkey/contract'
import type { Services } from '../services/create-services.ts'
import { createDeviceSessionRoutes } from '../sessions/device-bound/routes.ts'
import { createSignInRoutes } from '../sign-in/routes.ts'
import { AuthError } from '../core/auth-error.ts'
import { requireEmailAddress } from '../core/mail/require-email-address.ts'
import type { Route } from '../sessions/route.ts'
import { createSessionClaims } from '../sessions/session-claims.ts'
import { createSessionRoutes } from '../sessions/routes.ts'
import { createUserRoutes } from '../accounts/routes.ts'
import type { FeatureRoutes } from '../features/feature.ts'
import { createAdmission } from './admission.ts'
import { createCallRoute } from './call-route.ts'
import { createCors } from './cors.ts'
import { createFormGuard, type FormGuard } from './form-guard.ts'
import { toWebHandler, type Handler } from './adapters/web.ts'
import { createHandler, type MountedRoute, type Serve } from './handler.ts'
import { watchServices } from './metrics.ts'
import type { OpenApi } from './open-api/document.ts'
import { describeRoutes } from './open-api/open-api.ts'
import { createOpenApiRoute } from './open-api/route.ts'
import { createPages } from './pages/pages.ts'
import { isAboutProof, toProblem } from './problem.ts'
import { toReply, toResponse } from './reply.ts'
import { createRouting } from './router.ts'
import { securityHeaders } from './security-headers.ts'
import { createAuthenticateStep, createBrowserStep, createFindHolder } from './steps/authenticate.ts'
import { createDemandsStep } from './steps/demands.ts'
import { readInput } from './steps/input.ts'
import { createPaceStep } from './steps/pace.ts'
import { createProofStep } from './steps/proof.ts'
import { createSourceStep } from './steps/source.ts'

/** The web face of an instance. */
export interface Http {
  handler: Handler
  serve: Serve
  owns(path: string): boolean
  refusal(error: unknown): Response
  unreadable(error: unknown): Response
  forms: FormGuard
  routes: readonly MountedRoute[]
  /** The routes in OpenAPI 3.1. */
  describe(): OpenApi
  metrics(): Promise<string>
}

export function createHttp(services: Services): Http {
  const { config, ports, log } = services
  const ownOrigin = new URL(config.publicUrl).origin
  const allowedOrigins = new Set(config.allowedOrigins)
  watchServices(services)
  const metrics = services.metrics.render
  const source = createSourceStep(ownOrigin, allowedOrigins)
  const describe = (): OpenApi => describeRoutes(routes, config)
  const routes: readonly MountedRoute[] = [
    ...mount(services),
    { path: operationRoutes.openApi.path, route: createOpenApiRoute(describe) },
  ]
  // Apps on other origins call the API; the forms of these pages are sent by these pages alone.
  const ownSource = createSourceStep(ownOrigin, new Set())
  const proof = createProofStep(services.dpop)
  const demands = createDemandsStep(services.demands)
  const pace = createPaceStep(services)
  const claimsOf = createSessionClaims({ ...services, issuer: config.publicUrl, audience: config.audience })
  const admission = createAdmission(services.hashPool)
  const findHolder = createFindHolder(services)
  const callRoute = createCallRoute(
    { admission, findHolder },
    {
      source: ownSource,
      proof,
      authenticate: createBrowserStep({ ...services, claimsOf }),
      demands,
      pace,
    },
  )
  const pages = createPages({ services, routes, describe, source: ownSource, callRoute })

  const paths = createRouting<true>()
  for (const { path, route } of routes) paths.add(route.contract.method, path, true)
  for (const { path, method } of pages) paths.add(method, path, true)

  const baseHeaders = securityHeaders(ownOrigin.startsWith('https:'))
  const serve = createHandler({
    routes,
    pages,
    steps: {
      source,
      proof,
      authenticate: createAuthenticateStep(services),
      demands,
      pace,
      input: readInput,
    },
    findHolder,
    admission,
    cors: createCors(allowedOrigins),
    baseHeaders,
    publicUrl: config.publicUrl,
    context: {
      isTrustedProxy: services.isTrustedProxy,
      certificateProxies: services.certificateProxies,
      requestId,
    },
    databaseTimeout: config.databaseTimeout,
    confirmLog: services.revocations.confirm,
    metrics: services.metrics,
    nonce: services.dpop.nonce,
    log,
  })
  // Inside another app the root is that app's.
  const owns = (path: string): boolean => path !== '/' && paths.find('GET', path) !== null
  return {
    handler: toWebHandler(serve),
    serve,
    owns,
    routes,
    describe,
    metrics,
    forms: createFormGuard({ ...services, ownOrigin }),
    refusal,
    unreadable,
  }

  function unreadable(cause: unknown): Response {
    const errors = [{ path: 'target', message: 'must be an address, with its host' }]
    return refusedWith(new AuthError('invalid_input', { errors, cause }), baseHeaders)
  }

  function refusal(error: unknown): Response {
    return refusedWith(error, {})
  }

  /** Adds a nonce if the refusal is about the proof (RFC 9449 §9). */
  function refusedWith(error: unknown, headers: Record<string, string>): Response {
    const isOfProof = error instanceof AuthError && isAboutProof(error)
    const nonce = isOfProof ? { 'dpop-nonce': services.dpop.nonce() } : {}
    return toResponse(toReply(toProblem(error, requestId(), log), headers, nonce))
  }

  function requestId(): string {
    return `req_${Buffer.from(ports.randomBytes(9)).toString('base64url')}`
  }
}

function mount(services: Services): MountedRoute[] {
  const { config, methods, features } = services
  const ofFeatures = (where: keyof FeatureRoutes) => features.flatMap(({ routes }) => routes?.[where] ?? [])
  const underAuth: Route[] = [
    ...methods.flatMap(({ routes }) => routes),
    ...createSignInRoutes(services),
    ...createSessionRoutes(services),
    ...createDeviceSessionRoutes(services),
    ...createUserRoutes({
      ...services,
      parseEmail: requireEmailAddress,
      apiKeysOf: (id) => services.apiKeys.list({ kind: 'user', id }),
    }),
    ...ofFeatures('auth'),
  ]
  const under = (base: string) => (route: Route) => ({ path: base + route.contract.path, route })
  return [
    ...underAuth.map(under(`${config.basePath}/auth`)),
    ...ofFeatures('admin').map(under(`${config.basePath}/admin`)),
    ...ofFeatures('root').map(under('')),
  ]
}
