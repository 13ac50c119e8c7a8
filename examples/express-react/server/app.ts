import express, { type Express } from 'express'
import { type Latchkey, toNodeHandler } from 'latchkey'
import { join } from 'node:path'
import { createNotesRouter } from './notes-router.ts'
import type { Notes } from './notes.ts'
import { answerProblems, Problem } from './problem.ts'

/** API and front end on one origin: cookies need no exceptions and there is no CORS. `web`: what Vite has built. */
export function createApp(latchkey: Latchkey, notes: Notes, web: string): Express {
  const app = express()
  const page = join(web, 'index.html')
  app.disable('x-powered-by')

  // Mails link to this address. Standing before Latchkey's page, ours takes its place.
  app.get('/reset-password', pageHeaders, (_, response) => response.sendFile(page))
  app.use(toNodeHandler(latchkey))

  app.use('/api/notes', createNotesRouter(latchkey, notes))
  app.use('/assets', express.static(join(web, 'assets'), { immutable: true, maxAge: '1y' }))
  app.use(['/api', '/assets'], () => {
    throw new Problem(404, 'There is nothing here.')
  })

  app.use(pageHeaders, express.static(web))
  // Every other address is the front end's to answer.
  app.get('/{*path}', (_, response) => response.sendFile(page))
  app.use(answerProblems)

  // Deleting an account deletes its notes.
  latchkey.on(({ kind, userId }) => {
    if (kind === 'user.deleted' && userId) notes.removeAllOf(userId)
  })
  return app
}

const policy =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

const pageHeaders: express.RequestHandler = (_, response, next) => {
  response.set({
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    // The link of a mail carries its token in the address.
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  next()
}
