import type { RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Verifier } from '@latchkey/verify'
import { createNodeAuth } from '@latchkey/verify/node'
import { createNotes, readNote } from './notes.ts'

/** Without a framework. */
export function createApp(verifier: Verifier): RequestListener {
  const { auth, requireAuth } = createNodeAuth(verifier)
  const notes = createNotes()

  const routes: Record<string, RequestListener> = {
    'GET /greeting': handled(
      auth(({ auth }, response) => response.end(JSON.stringify({ hello: auth?.sub ?? 'stranger' }))),
    ),
    'GET /notes': handled(
      requireAuth({}, ({ auth }, response) => response.end(JSON.stringify({ notes: notes.of(auth.sub) }))),
    ),
    'POST /notes': handled(
      requireAuth({}, async (request, response) => {
        const note = readNote(await json(request))
        if (note === null) return response.writeHead(400).end()
        notes.add(request.auth.sub, note)
        response.writeHead(201).end(JSON.stringify({ note }))
      }),
    ),
    'DELETE /notes': handled(
      requireAuth({ maxAge: 600 }, ({ auth }, response) => {
        notes.clear(auth.sub)
        response.writeHead(204).end()
      }),
    ),
  }
  return (request, response) => {
    const route = routes[`${request.method} ${request.url}`]
    if (route) route(request, response)
    else response.writeHead(404).end()
  }
}

/** An error in a handler is a 500, and no reason to stop. */
function handled(handler: (...words: Parameters<RequestListener>) => Promise<void>): RequestListener {
  return (request, response) => {
    handler(request, response).catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}
