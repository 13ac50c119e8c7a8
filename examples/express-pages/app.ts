import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { csrfToken, type Latchkey, requireSession, toNodeHandler } from 'latchkey'
import { createLatchkeyApi } from './latchkey-api.ts'
import { devicesPage, homePage, type Html, type Note, notesPage } from './views.ts'

/** A site whose pages are made on the server: no script, no tokens, one cookie. */
export function createApp(latchkey: Latchkey): Express {
  const app = express()
  const api = createLatchkeyApi(latchkey)
  const notesOf = new Map<string, Note[]>()
  const csrf = (request: Request) => csrfToken(latchkey, request)
  // A page that is read leads to the sign-in and back; a post comes from a form of ours, or is refused.
  const signedIn = requireSession(latchkey, {}, { signIn: true })
  app.disable('x-powered-by')

  app.use(toNodeHandler(latchkey))
  app.use(pageHeaders, express.static(join(import.meta.dirname, 'public')))
  app.use(express.urlencoded({ extended: false, limit: '16kb' }))

  app.get(
    '/',
    show(async (request) => homePage(await api.reader(request))),
  )

  app.get(
    '/notes',
    signedIn,
    show(async (request) => {
      const notes = notesOf.get(request.auth.sub) ?? []
      return notesPage(await api.reader(request), notes, csrf(request))
    }),
  )
  app.post('/notes', signedIn, (request, response) => {
    const { text } = (request.body ?? {}) as { text?: unknown }
    if (typeof text !== 'string' || text.trim() === '' || text.length > 500) {
      response.status(400).send('A note is text of at most 500 characters.')
      return
    }
    const { sub } = request.auth
    notesOf.set(sub, [...(notesOf.get(sub) ?? []), { id: randomUUID(), text: text.trim() }])
    response.redirect(303, '/notes')
  })
  app.post('/notes/:id/delete', signedIn, (request, response) => {
    const { sub } = request.auth
    // Looks among one's own notes: the id of another person's note is not in this list.
    notesOf.set(
      sub,
      (notesOf.get(sub) ?? []).filter(({ id }) => id !== request.params['id']),
    )
    response.redirect(303, '/notes')
  })

  app.get(
    '/devices',
    signedIn,
    show(async (request) => {
      const [reader, devices] = await Promise.all([api.reader(request), api.devices(request)])
      return devicesPage(reader, devices, csrf(request))
    }),
  )
  app.post<{ id: string }>('/devices/:id/end', signedIn, (request, response) =>
    api.endDevice(request, request.params.id).then(() => response.redirect(303, '/devices')),
  )
  return app
}

/** A page depends on its reader. Express answers for a page that fails. */
const show =
  (page: (request: Request) => Promise<Html>): RequestHandler =>
  (request, response) =>
    page(request).then((made: unknown) => void response.set('cache-control', 'no-store').send(String(made)))

const policy =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const pageHeaders: RequestHandler = (_, response, next) => {
  response.set({
    'content-security-policy': policy,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  })
  next()
}
