import type { RequestListener } from 'node:http'
import type { Verifier } from '@latchkey/verify'
import { createFastifyAuth } from '@latchkey/verify/fastify'
import Fastify from 'fastify'
import { createNotes, readNote } from './notes.ts'

export async function createApp(verifier: Verifier): Promise<RequestListener> {
  const { plugin, auth, requireAuth } = createFastifyAuth(verifier)
  const app = Fastify()
  const notes = createNotes()

  await app.register(plugin)
  app.get('/greeting', { onRequest: auth() }, async ({ auth }) => ({ hello: auth?.sub ?? 'stranger' }))
  app.get(
    '/notes',
    requireAuth({}, ({ auth }) => ({ notes: notes.of(auth.sub) })),
  )
  app.post(
    '/notes',
    requireAuth({}, async ({ auth, body }, reply) => {
      const note = readNote(body)
      if (note === null) return await reply.code(400).send({ error: 'note must be text' })
      notes.add(auth.sub, note)
      return await reply.code(201).send({ note })
    }),
  )
  app.delete(
    '/notes',
    requireAuth({ maxAge: 600 }, async ({ auth }, reply) => {
      notes.clear(auth.sub)
      return await reply.code(204).send()
    }),
  )
  await app.ready()
  return (request, response) => app.routing(request, response)
}
