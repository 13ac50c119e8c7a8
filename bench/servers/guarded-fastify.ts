// A route in Fastify, with Latchkey's verifier before it or with nothing.

import { fastify, type onRequestAsyncHookHandler } from 'fastify'
import { bearerOf, fetchTokens, guard, notes, openVerifier, port } from './guarded-notes.ts'

const app = fastify()
const onRequest = guard === 'latchkey' ? [await requireVerified()] : []
app.get('/livez', () => ({ ok: true }))
app.get('/seed', fetchTokens)
app.get('/notes', { onRequest }, () => notes)
console.log(await app.listen({ port, host: '127.0.0.1' }))

async function requireVerified(): Promise<onRequestAsyncHookHandler> {
  const verifier = await openVerifier()
  return async (request, reply) => {
    const verdict = await verifier.verify(bearerOf(request.headers.authorization))
    if (!verdict.ok) return reply.code(401).send({ error: 'unauthorized' })
  }
}
