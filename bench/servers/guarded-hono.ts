// A route in Hono, with Latchkey's verifier before it or with nothing.

import { serve } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { bearerOf, fetchTokens, guard, notes, openVerifier, port } from './guarded-notes.ts'

const app = new Hono()
app.get('/livez', (context) => context.json({ ok: true }))
app.get('/seed', async (context) => context.json(await fetchTokens()))
if (guard === 'latchkey') app.use('/notes', await requireVerified())
app.get('/notes', (context) => context.json(notes))
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log(`http://127.0.0.1:${port}`))

async function requireVerified(): Promise<MiddlewareHandler> {
  const verifier = await openVerifier()
  return async (context, next) => {
    const verdict = await verifier.verify(bearerOf(context.req.header('authorization')))
    if (!verdict.ok) return context.json({ error: 'unauthorized' }, 401)
    await next()
  }
}
