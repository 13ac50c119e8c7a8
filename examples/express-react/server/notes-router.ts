import express, { Router } from 'express'
import { type Latchkey, requireAuth } from 'latchkey'
import { z } from 'zod'
import { mostNotes, type Note, type Notes } from './notes.ts'
import { parseBody, Problem } from './problem.ts'

const noteInput = z.strictObject({ text: z.string().trim().min(1, 'Write something.').max(2000) })

/** Everybody has their own notes. Administrators read all of them, and change none but theirs. */
export function createNotesRouter(latchkey: Latchkey, notes: Notes): Router {
  const router = Router()
  router.use(requireAuth(latchkey), express.json({ limit: '16kb' }))

  router.get('/', ({ auth }, response) => {
    response.json({ notes: notes.listOf(auth.sub) })
  })
  router.get('/everyone', requireAuth(latchkey, { role: 'admin' }), (_, response) => {
    response.json({ notes: notes.listAll() })
  })
  router.post('/', ({ auth, body }, response) => {
    const note = notes.create(auth.sub, parseBody(noteInput, body).text)
    if (!note) throw new Problem(409, `You have ${mostNotes} notes, and no more fit.`)
    response.status(201).location(`/api/notes/${note.id}`).json(note)
  })
  router.get('/:id', ({ auth, params }, response) => {
    const note = notes.find(params.id)
    const maySee = note?.ownerId === auth.sub || auth.roles?.includes('admin')
    response.json(found(maySee ? note : null))
  })
  router.patch('/:id', ({ auth, params, body }, response) => {
    response.json(found(notes.change(params.id, auth.sub, parseBody(noteInput, body).text)))
  })
  router.delete('/:id', ({ auth, params }, response) => {
    if (!notes.remove(params.id, auth.sub)) throw noSuchNote()
    response.status(204).end()
  })
  return router
}

function found(note: Note | null): Note {
  if (!note) throw noSuchNote()
  return note
}

// The same for what is another's: whether an id exists is nobody's business.
const noSuchNote = () => new Problem(404, 'There is no such note.')
