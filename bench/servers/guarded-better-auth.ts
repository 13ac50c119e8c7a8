import type { IncomingMessage, ServerResponse } from 'node:http'
import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import type { Application, Request, Response } from 'express'
import { port } from './guarded-notes.ts'
import { openSqlite } from './sqlite.ts'

type Guard = (request: Request, response: Response, next: () => void) => Promise<unknown>

/** Its routes, and a guard after its documentation. COOKIE_CACHE=1 keeps the session in a signed cookie for five minutes. */
export async function mountBetterAuth(
  app: Application,
  refuse: (response: Response) => unknown,
): Promise<Guard> {
  const options: BetterAuthOptions = {
    secret: 'a-secret-of-the-benchmark-that-is-long-enough',
    baseURL: `http://127.0.0.1:${port}`,
    database: openSqlite(process.env['DATABASE_URL'] ?? ''),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    session: { cookieCache: { enabled: process.env['COOKIE_CACHE'] === '1', maxAge: 300 } },
  }
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const handle = toNodeHandler(auth)
  app.use((request, response, next) => {
    const incoming = request as unknown as IncomingMessage
    if (incoming.url?.startsWith('/api/auth/') !== true) return next()
    return handle(incoming, response as unknown as ServerResponse)
  })
  return async (request, response, next) => {
    const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
    return session === null ? refuse(response) : next()
  }
}
