import express from 'express'
import { type Latchkey, requireAuth, toNodeHandler } from 'latchkey'

/** Notes that only their owner reads: an app of your own with Latchkey in it. */
export function createApp(latchkey: Latchkey) {
  const app = express()
  const notes = new Map<string, string[]>()

  app.use(toNodeHandler(latchkey))
  app.use(express.json())

  app.get('/notes', requireAuth(latchkey), (request, response) => {
    response.json({ notes: notes.get(request.auth.sub) ?? [] })
  })
  app.post('/notes', requireAuth(latchkey), (request, response) => {
    const { note } = request.body as { note?: unknown }
    if (typeof note !== 'string') return void response.status(400).json({ error: 'note must be text' })
    notes.set(request.auth.sub, [...(notes.get(request.auth.sub) ?? []), note])
    response.status(201).json({ note })
  })
  app.delete('/notes', requireAuth(latchkey, { maxAge: 600 }), (request, response) => {
    notes.delete(request.auth.sub)
    response.status(204).end()
  })
  return app
}
