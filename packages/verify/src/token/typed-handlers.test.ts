import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { createExpressAuth } from '../express.ts'
import { createFastifyAuth } from '../fastify.ts'
import { createHonoAuth } from '../hono.ts'
import { createNodeAuth } from '../node.ts'
import { createRequestAuth } from '../request.ts'
import { createVerifier } from '../verifier/verifier.ts'

/* The compiler is what tests here: each line that it has to refuse is marked, and a mark too many is refused as well. */

const verifier = createVerifier({ issuer: 'https://id.example.com', audience: 'https://api.example.com' })

test('behind a guard there is somebody, behind a reader perhaps: the compiler knows in every framework', async () => {
  const onExpress = createExpressAuth(verifier)
  express()
    .get(
      '/guarded',
      onExpress.requireAuth({}, ({ auth }, response) => response.json(auth.sub)),
    )
    .get(
      '/guarded/:id',
      onExpress.requireAuth<{ id: string }>({}, ({ params }, response) => response.json(params.id.length)),
    )
    .get(
      '/read',
      onExpress.auth(({ auth }, response) => {
        // @ts-expect-error -- nobody may be there
        response.json(auth.sub)
      }),
    )

  const onFastify = createFastifyAuth(verifier)
  Fastify()
    .get(
      '/guarded',
      onFastify.requireAuth({}, ({ auth }) => auth.sub),
    )
    .get('/read', { onRequest: onFastify.auth() }, async ({ auth }) => {
      // @ts-expect-error -- nobody may be there
      return auth.sub
    })

  const onHono = createHonoAuth(verifier)
  new Hono()
    .get('/guarded', onHono.requireAuth(), (c) => c.text(c.var.auth.sub))
    .get('/both', onHono.auth(), onHono.requireAuth(), (c) => c.text(c.get('auth').sub))
    .get('/read', onHono.auth(), (c) => {
      // @ts-expect-error -- nobody may be there
      return c.text(c.var.auth.sub)
    })

  const onNode = createNodeAuth(verifier)
  onNode.requireAuth({}, ({ auth }, response) => response.end(auth.sub))
  // @ts-expect-error -- nobody may be there
  onNode.auth(({ auth }, response) => response.end(auth.sub))

  const onRequest = createRequestAuth(verifier)
  onRequest.requireAuth({}, (_: Request, { sub }) => new Response(sub))
  const { auth } = await onRequest.auth(new Request('https://api.example.com'))
  // @ts-expect-error -- nobody may be there
  const read = () => auth.sub
  expect(read).toThrow(TypeError)
})

test('claims cannot be written to, and requirements not be misspelt: the compiler knows', () => {
  const { requireAuth } = createRequestAuth(verifier)
  requireAuth({}, (_: Request, auth) => {
    // @ts-expect-error -- they are shared
    auth.sub = 'somebody else'
    return new Response()
  })
  // @ts-expect-error -- there is no such requirement
  expect(() => requireAuth({ roles: 'admin' }, () => new Response())).toThrow(/no requirement roles/)
})
