import { type SubmitEvent, useCallback, useEffect, useState } from 'react'
import { useAuth, useCan, useUser } from '../auth.ts'
import { Card } from '../layout.tsx'
import { changeNote, createNote, listNotes, type Note, removeNote } from '../notes-api.ts'
import { sentenceOf } from '../sentence.ts'

export function NotesPage() {
  const user = useUser()
  const isAdmin = useCan({ role: 'admin' })
  const [everyone, setEveryone] = useState(false)
  const { notes, setNotes, error, attempt } = useNotes(everyone && isAdmin ? 'everyone' : 'own')

  const add = (text: string) =>
    attempt(async () => {
      const note = await createNote(text)
      setNotes((notes) => [note, ...notes])
    })
  const change = (id: string, text: string) =>
    attempt(async () => {
      const changed = await changeNote(id, text)
      setNotes((notes) => notes.map((note) => (note.id === id ? changed : note)))
    })
  const remove = (id: string) =>
    attempt(async () => {
      await removeNote(id)
      setNotes((notes) => notes.filter((note) => note.id !== id))
    })

  return (
    <Card title={everyone ? 'Everybody’s notes' : 'Your notes'}>
      {isAdmin && (
        <label className="choice">
          <input
            type="checkbox"
            checked={everyone}
            onChange={({ currentTarget }) => setEveryone(currentTarget.checked)}
          />
          Show everybody’s
        </label>
      )}
      <NewNote onAdd={add} />
      <p role="alert" className="error">
        {error ? sentenceOf(error) : null}
      </p>
      {notes === null ? (
        !error && <p className="waiting">One moment…</p>
      ) : notes.length === 0 ? (
        <p className="hint">Nothing here yet.</p>
      ) : (
        <ul className="rows">
          {notes.map((note) => (
            <NoteRow
              key={note.id}
              note={note}
              isOwn={note.ownerId === user?.id}
              onChange={change}
              onRemove={remove}
            />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** Null until they are here. Loaded again when the server can be reached again. */
function useNotes(whose: 'own' | 'everyone') {
  const stale = useAuth((state) => state.stale)
  const [notes, setNotes] = useState<Note[] | null>(null)
  const [error, setError] = useState<unknown>(null)

  useEffect(() => {
    if (stale) return
    const leaving = new AbortController()
    void load(leaving.signal)
    return () => leaving.abort()
  }, [whose, stale])

  async function load(signal: AbortSignal) {
    try {
      setNotes(await listNotes(whose, signal))
      setError(null)
    } catch (error) {
      if (!signal.aborted) setError(error)
    }
  }

  /** True if it went well; if not, the page says why. */
  const attempt = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      setError(null)
      return true
    } catch (error) {
      setError(error)
      return false
    }
  }, [])

  const update = (change: (notes: Note[]) => Note[]) => setNotes((notes) => change(notes ?? []))
  return { notes, setNotes: update, error, attempt }
}

function NewNote({ onAdd }: { onAdd: (text: string) => Promise<boolean> }) {
  const [pending, setPending] = useState(false)

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    if (pending) return
    setPending(true)
    if (await onAdd(textIn(form))) form.reset()
    setPending(false)
  }

  return (
    <form className="line" onSubmit={(event) => void submit(event)}>
      <input
        name="text"
        aria-label="New note"
        placeholder="Milk, tickets, an idea…"
        maxLength={2000}
        required
      />
      <button className="primary" aria-busy={pending}>
        Add
      </button>
    </form>
  )
}

interface NoteRowProps {
  note: Note
  isOwn: boolean
  onChange: (id: string, text: string) => Promise<boolean>
  onRemove: (id: string) => Promise<boolean>
}

function NoteRow({ note: { id, text }, isOwn, onChange, onRemove }: NoteRowProps) {
  const [editing, setEditing] = useState(false)

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (await onChange(id, textIn(event.currentTarget))) setEditing(false)
  }

  if (editing) {
    return (
      <li>
        <form
          className="line"
          onSubmit={(event) => void submit(event)}
          onKeyDown={({ key }) => key === 'Escape' && setEditing(false)}
        >
          <input name="text" aria-label="Note" defaultValue={text} maxLength={2000} required autoFocus />
          <button className="primary">Save</button>
        </form>
      </li>
    )
  }
  return (
    <li>
      <span>{text}</span>
      {isOwn && (
        <span className="actions">
          <button type="button" aria-label={`Change: ${text}`} onClick={() => setEditing(true)}>
            Change
          </button>
          <button type="button" aria-label={`Delete: ${text}`} onClick={() => void onRemove(id)}>
            Delete
          </button>
        </span>
      )}
    </li>
  )
}

const textIn = (form: HTMLFormElement): string => new FormData(form).get('text') as string
