import { withAuth } from '../../../lib/auth'

const notes = new Map<string, string[]>()

export const GET = withAuth((_, { sub }) => Response.json({ notes: notes.get(sub) ?? [] }))

export const POST = withAuth(async (request, { sub }) => {
  const { note } = (await request.json()) as { note?: unknown }
  if (typeof note !== 'string') return Response.json({ error: 'note must be text' }, { status: 400 })
  notes.set(sub, [...(notes.get(sub) ?? []), note])
  return Response.json({ note }, { status: 201 })
})

export const DELETE = withAuth(
  (_, { sub }) => {
    notes.delete(sub)
    return new Response(null, { status: 204 })
  },
  { maxAge: 600 },
)
