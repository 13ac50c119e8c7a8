import type { RequestListener } from 'node:http'
import type { Verifier } from '@latchkey/verify'
import { createExpressAuth } from '@latchkey/verify/express'
import express from 'express'
import { createNotes, readNote } from './notes.ts'

export function createApp(verifier: Verifier): RequestListener {
  const { auth, requireAuth } = createExpressAuth(verifier)
  const app = express()
  const notes = createNotes()

  app.get(
    '/greeting',
    auth((request, response) => response.json({ hello: request.auth?.sub ?? 'stranger' })),
  )
  app.get(
    '/notes',
    requireAuth({}, (request, response) => {
      response.json({ notes: notes.of(request.auth.sub) })
    }),
  )
  app.post(
    '/notes',
    express.json(),
    requireAuth({}, (request, response) => {
      const note = readNote(request.body)
      if (note === null) return void response.status(400).json({ error: 'note must be text' })
      notes.add(request.auth.sub, note)
      response.status(201).json({ note })
    }),
  )
  app.delete(
    '/notes',
    requireAuth({ maxAge: 600 }, (request, response) => {
      notes.clear(request.auth.sub)
      response.status(204).end()
    }),
  )
  return app
}
