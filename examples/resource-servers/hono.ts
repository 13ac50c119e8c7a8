import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Verifier } from '@latchkey/verify'
import { createHonoAuth } from '@latchkey/verify/hono'
import { Hono } from 'hono'
import { createNotes, readNote } from './notes.ts'

/** The same on Workers, Bun and Deno, which take `app.fetch` as it is. */
function createHonoApp(verifier: Verifier) {
  const { auth, requireAuth } = createHonoAuth(verifier)
  const notes = createNotes()

  return new Hono()
    .get('/greeting', auth(), (c) => c.json({ hello: c.var.auth?.sub ?? 'stranger' }))
    .get('/notes', requireAuth(), (c) => c.json({ notes: notes.of(c.var.auth.sub) }))
    .post('/notes', requireAuth(), async (c) => {
      const note = readNote(await c.req.json())
      if (note === null) return c.json({ error: 'note must be text' }, 400)
      notes.add(c.var.auth.sub, note)
      return c.json({ note }, 201)
    })
    .delete('/notes', requireAuth({ maxAge: 600 }), (c) => {
      notes.clear(c.var.auth.sub)
      return c.body(null, 204)
    })
}

export function createApp(verifier: Verifier): RequestListener {
  const listener = getRequestListener(createHonoApp(verifier).fetch)
  return (request, response) => void listener(request, response)
}
