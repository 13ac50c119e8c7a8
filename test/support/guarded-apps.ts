import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Requirement } from '@latchkey/contract'
// oxlint-disable-next-line import/no-unassigned-import -- it adds to the global Reflect, for Nest
import 'reflect-metadata'
import { getRequestListener } from '@hono/node-server'
import * as nest from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
// The types of Express 5, which says the same of what is used here.
import express4 from 'express-4'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { createExpressAuth } from '../../packages/verify/src/express.ts'
import { createFastifyAuth } from '../../packages/verify/src/fastify.ts'
import type { AuthOptions } from '../../packages/verify/src/guard/auth-options.ts'
import type { Auth, AuthVerdict } from '../../packages/verify/src/guard/guard.ts'
import { createHonoAuth } from '../../packages/verify/src/hono.ts'
import * as latchkey from '../../packages/verify/src/nest.ts'
import { createNodeAuth } from '../../packages/verify/src/node.ts'
import { createRequestAuth } from '../../packages/verify/src/request.ts'
import type { Verifier } from '../../packages/verify/src/verifier/verifier.ts'
import { must } from './must.ts'

/*
 * The same application in every framework: `/open` reads, `/after` and `/before` take a JSON body on this or that side of
 * the guard, the others guard. Pages of `page` may read the answers.
 */

const requirements = {
  '/me': {},
  '/admin': { role: 'admin' },
  '/orders': { permission: 'orders:write' },
  '/scoped': { scope: 'notes:read notes:write' },
  '/mfa': { mfa: true },
  '/fresh': { maxAge: 300 },
} satisfies Record<string, Requirement>

export const page = 'https://page.example.com'

export type CreateApp = (verifier: Verifier, options?: AuthOptions) => Promise<RequestListener>

const paths = Object.entries(requirements)

/** Returns the answer of `/open`. */
const opened = (auth: Auth | null, verdict: AuthVerdict) => ({
  sub: auth?.sub ?? null,
  code: verdict.ok ? null : verdict.refusal.code,
})

/** Returns the caller's `sub` from a request, for handlers behind a guard. */
const subOf = (request: object): string | undefined => (request as { auth?: Auth }).auth?.sub

/** Changes claims as a careless handler might. */
function spoil(auth: Auth): void {
  const careless = auth as { sub: string; roles?: string[] }
  for (const change of [() => (careless.sub = 'somebody else'), () => careless.roles?.push('admin')]) {
    try {
      change()
    } catch {
      // Frozen.
    }
  }
}

const createExpressApp =
  (framework: typeof express): CreateApp =>
  async (verifier, options) => {
    const { auth, requireAuth } = createExpressAuth(verifier, options)
    const app = framework()
    app.use((_, response, next) => {
      response.set({ 'access-control-allow-origin': page, vary: 'Origin' })
      next()
    })
    app.all(
      '/open',
      auth((request, response) => response.json(opened(request.auth, request.authVerdict))),
    )
    for (const [path, requirement] of paths)
      app.all(
        path,
        requireAuth(requirement, (request, response) => {
          response.json({ sub: request.auth.sub })
          spoil(request.auth)
        }),
      )
    const router = framework.Router()
    router.use(requireAuth())
    router.get('/me', (request, response) => void response.json({ sub: subOf(request) }))
    app.use('/mounted', router)
    const echo: express.Handler = (request, response) => {
      response.json({ sub: subOf(request), body: request.body as unknown })
    }
    app.post('/before', express.json(), requireAuth(), echo)
    app.post('/after', requireAuth(), express.json(), echo)
    return app as RequestListener
  }

const createNodeApp: CreateApp = async (verifier, options) => {
  const { auth, requireAuth } = createNodeAuth(verifier, options)
  const guarded = new Map(
    paths.map(([path, requirement]) => [
      path,
      requireAuth(requirement, (request, response) => {
        response.end(JSON.stringify({ sub: request.auth.sub }))
        spoil(request.auth)
      }),
    ]),
  )
  const echo = requireAuth({}, async (request, response) => {
    const body: unknown = JSON.parse(await text(request))
    response.end(JSON.stringify({ sub: request.auth.sub, body }))
  })
  const open = auth((request, response) =>
    response.end(JSON.stringify(opened(request.auth, request.authVerdict))),
  )
  return (request, response) => {
    const path = must(request.url).replace('/mounted', '').replace(/\?.*/, '')
    response.setHeader('access-control-allow-origin', page)
    response.setHeader('vary', 'Origin')
    if (path === '/open') void open(request, response)
    else void (guarded.get(path) ?? echo)(request, response)
  }
}

const createFastifyApp: CreateApp = async (verifier, options) => {
  const { plugin, auth, requireAuth } = createFastifyAuth(verifier, options)
  const app = Fastify({ exposeHeadRoutes: true })
  await app.register(plugin)
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({ 'access-control-allow-origin': page, vary: 'Origin' })
  })
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/open',
    onRequest: auth(),
    handler: async (request) => opened(request.auth, must(request.authVerdict)),
  })
  for (const [path, requirement] of paths)
    app.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url: path,
      ...requireAuth(requirement, async (request) => {
        const { sub } = request.auth
        spoil(request.auth)
        return { sub }
      }),
    })
  await app.register(
    async (inner) => {
      inner.addHook('onRequest', requireAuth())
      inner.get('/me', (request, reply) => reply.send({ sub: request.auth?.sub }))
    },
    { prefix: '/mounted' },
  )
  app.post('/before', { preHandler: requireAuth() }, async ({ auth, body }) => ({ sub: auth?.sub, body }))
  app.post('/after', { onRequest: requireAuth() }, async ({ auth, body }) => ({ sub: auth?.sub, body }))
  await app.ready()
  return (request, response) => app.routing(request, response)
}

const createHonoApp: CreateApp = async (verifier, options) => {
  const { auth, requireAuth } = createHonoAuth(verifier, options)
  const app = new Hono()
  app.use(async (c, next) => (c.req.method === 'OPTIONS' ? await next() : await allowPage(c, next)))
  app.all('/open', auth(), (c) => c.json(opened(c.var.auth, c.var.authVerdict)))
  for (const [path, requirement] of paths)
    app.all(path, requireAuth(requirement), (c) => {
      const { sub } = c.var.auth
      spoil(c.var.auth)
      return c.json({ sub })
    })
  app.route(
    '/mounted',
    new Hono().get('/me', requireAuth(), (c) => c.json({ sub: c.var.auth.sub })),
  )
  app.post(
    '/before',
    async (c, next) => {
      await c.req.json()
      await next()
    },
    requireAuth(),
    async (c) => c.json({ sub: c.var.auth.sub, body: await c.req.json<unknown>() }),
  )
  app.post('/after', requireAuth(), async (c) =>
    c.json({ sub: c.var.auth.sub, body: await c.req.json<unknown>() }),
  )
  return listenerOf(app.fetch)
}

const allowPage = cors({ origin: page })

const createRequestApp: CreateApp = async (verifier, options) => {
  const { auth, requireAuth, vary } = createRequestAuth(verifier, options)
  const guarded = new Map(
    paths.map(([path, requirement]) => [
      path,
      requireAuth(requirement, (_: Request, { sub }) => Response.json({ sub })),
    ]),
  )
  const echo = requireAuth({}, async (request: Request, { sub }) =>
    Response.json({ sub, body: (await request.json()) as unknown }),
  )
  return listenerOf(async (request) => {
    const path = new URL(request.url).pathname.replace('/mounted', '')
    const answer = await answerTo(path, request)
    answer.headers.set('access-control-allow-origin', page)
    answer.headers.append('vary', 'Origin')
    return answer
  })

  async function answerTo(path: string, request: Request): Promise<Response> {
    if (path !== '/open') return await (guarded.get(path) ?? echo)(request)
    const found = await auth(request)
    const answer = Response.json(opened(found.auth, found.authVerdict))
    answer.headers.set('vary', vary)
    return answer
  }
}

const createNestApp: CreateApp = async (verifier, options) => {
  /** A controller, with its decorators written as the calls that they are. */
  class Routes {
    open(auth: Auth | null, verdict: AuthVerdict) {
      return opened(auth, verdict)
    }
    sub({ sub }: Auth) {
      return { sub }
    }
    echo({ sub }: Auth, body: unknown) {
      return { sub, body }
    }
  }
  const { prototype } = Routes
  const route = (path: string, name: keyof Routes, ...decorators: MethodDecorator[]) => {
    const copy = `${name} ${path}`
    const descriptor = {
      value: (...words: never[]) => (prototype[name] as (...words: never[]) => unknown)(...words),
    }
    Object.defineProperty(prototype, copy, descriptor)
    for (const decorate of [nest.HttpCode(200), ...decorators]) decorate(prototype, copy, descriptor)
    latchkey.Auth()(prototype, copy, 0)
    if (name === 'open') latchkey.Verdict()(prototype, copy, 1)
    if (name === 'echo') nest.Body()(prototype, copy, 1)
  }
  route('/open', 'open', nest.All('/open'), latchkey.Public())
  for (const [path, requirement] of paths)
    route(path, 'sub', nest.All(path), latchkey.RequireAuth(requirement))
  route('/mounted/me', 'sub', nest.Get('/mounted/me'))
  for (const path of ['/before', '/after']) route(path, 'echo', nest.Post(path))
  nest.Controller()(Routes)

  // oxlint-disable-next-line typescript/no-extraneous-class -- Nest's modules are classes
  class App {}
  nest.Module({
    imports: [latchkey.LatchkeyModule.forRoot({ verifier, ...options })],
    controllers: [Routes],
  })(App)
  const app = await NestFactory.create(App, { logger: false })
  app.use((_: unknown, response: express.Response, next: () => void) => {
    response.set({ 'access-control-allow-origin': page, vary: 'Origin' })
    next()
  })
  await app.init()
  return app.getHttpAdapter().getInstance() as RequestListener
}

function listenerOf(answer: Parameters<typeof getRequestListener>[0]): RequestListener {
  const listener = getRequestListener(answer)
  return (request, response) => void listener(request, response)
}

export const guardedApps: [string, CreateApp][] = [
  ['Express 5', createExpressApp(express)],
  ['Express 4', createExpressApp(express4)],
  ['Fastify', createFastifyApp],
  ['Hono', createHonoApp],
  ['Nest', createNestApp],
  ['node:http', createNodeApp],
  ['Request', createRequestApp],
]
