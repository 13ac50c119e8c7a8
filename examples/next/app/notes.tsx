'use client'
import { useEffect, useState } from 'react'
import { client, RequireAuth } from '../lib/client'

export function Notes() {
  return (
    <RequireAuth loading={<p>One moment…</p>} signedOut={<a href="/sign-in?return_to=/">Log in</a>}>
      <List />
    </RequireAuth>
  )
}

function List() {
  const [notes, setNotes] = useState<string[]>([])
  useEffect(() => {
    void load().then(setNotes)
  }, [])
  return (
    <ul>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  )
}

async function load(): Promise<string[]> {
  const answer = await client.fetch('/api/notes')
  return ((await answer.json()) as { notes: string[] }).notes
}
