// A route in Express behind one of several guards: none, Latchkey's verifier, jsonwebtoken as most projects write it,
// express-session as its documentation starts (MemoryStore), or better-auth's getSession.

/* oxlint-disable oxc/no-async-endpoint-handlers -- express 5 passes rejections on by itself */

import express, { type Request, type Response } from 'express'
import session from 'express-session'
import jsonwebtoken, { type JwtPayload } from 'jsonwebtoken'
import { mountBetterAuth } from './guarded-better-auth.ts'
import { bearerOf, fetchTokens, guard, notes, openVerifier, port } from './guarded-notes.ts'

type Guard = (request: Request, response: Response, next: () => void) => unknown

const secret = 'a-secret-of-32-characters-or-more'
const app = express()
app.get('/livez', (_, response) => response.json({ ok: true }))
app.get('/notes', ...(await guards()), (_, response) => response.json(notes))
app.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))

async function guards(): Promise<Guard[]> {
  switch (guard) {
    case 'latchkey':
      app.get('/seed', async (_, response) => response.json(await fetchTokens()))
      return [await requireVerified()]
    case 'jsonwebtoken':
      app.get('/seed', (_, response) => response.json(Array.from({ length: 96 }, (_, user) => signFor(user))))
      return [requireSigned]
    case 'express-session':
      app.use(session({ secret, resave: false, saveUninitialized: false }))
      app.get('/login', (request, response) => {
        request.session.user = 'somebody'
        response.json({ ok: true })
      })
      return [requireSession]
    case 'better-auth':
      return [await mountBetterAuth(app, refuse)]
    default:
      app.get('/seed', async (_, response) => response.json(await fetchTokens()))
      return []
  }
}

async function requireVerified(): Promise<Guard> {
  const verifier = await openVerifier()
  return async (request, response, next) => {
    const verdict = await verifier.verify(bearerOf(request.headers['authorization']))
    return verdict.ok ? next() : refuse(response)
  }
}

function requireSigned(request: Request, response: Response, next: () => void): unknown {
  try {
    const { sub } = jsonwebtoken.verify(bearerOf(request.headers['authorization']), secret) as JwtPayload
    return sub === undefined ? refuse(response) : next()
  } catch {
    return refuse(response)
  }
}

function requireSession(request: Request, response: Response, next: () => void): unknown {
  return request.session.user === undefined ? refuse(response) : next()
}

const signFor = (user: number): string =>
  jsonwebtoken.sign({ sub: String(user), email: `user-${user}@example.com` }, secret, { expiresIn: '1d' })

function refuse(response: Response): unknown {
  return response.status(401).json({ error: 'unauthorized' })
}
