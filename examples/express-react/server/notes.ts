import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

export interface Note {
  id: string
  ownerId: string
  text: string
  /** ISO 8601. */
  createdAt: string
}

/** The most notes of one person; so a list needs no pages. */
export const mostNotes = 200

export type Notes = ReturnType<typeof openNotes>

/** The application's own database; Latchkey keeps its own, and they know each other by the user's id alone. */
export function openNotes(path: string) {
  const db = new DatabaseSync(path)
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS note (
      id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, text TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS note_owner ON note (owner_id);
  `)
  const columns = 'id, owner_id AS ownerId, text, created_at AS createdAt'
  const newest = `ORDER BY created_at DESC, rowid DESC LIMIT ${mostNotes}`
  const listAll = db.prepare(`SELECT ${columns} FROM note ${newest}`)
  const listOwn = db.prepare(`SELECT ${columns} FROM note WHERE owner_id = ? ${newest}`)
  const count = db.prepare('SELECT count(*) AS held FROM note WHERE owner_id = ?')
  const findAny = db.prepare(`SELECT ${columns} FROM note WHERE id = ?`)
  const insert = db.prepare('INSERT INTO note (id, owner_id, text, created_at) VALUES (?, ?, ?, ?)')
  // The owner stands in the statement: no route can forget to ask whose note it is.
  const change = db.prepare(`UPDATE note SET text = ? WHERE id = ? AND owner_id = ? RETURNING ${columns}`)
  const remove = db.prepare('DELETE FROM note WHERE id = ? AND owner_id = ?')
  const removeOwn = db.prepare('DELETE FROM note WHERE owner_id = ?')

  return {
    listAll: () => listAll.all() as unknown as Note[],
    listOf: (ownerId: string) => listOwn.all(ownerId) as unknown as Note[],
    find: (id: string) => (findAny.get(id) ?? null) as Note | null,
    /** Null: they have as many as they may. */
    create(ownerId: string, text: string): Note | null {
      if ((count.get(ownerId) as { held: number }).held >= mostNotes) return null
      const note = { id: randomUUID(), ownerId, text, createdAt: new Date().toISOString() }
      insert.run(note.id, note.ownerId, note.text, note.createdAt)
      return note
    },
    change: (id: string, ownerId: string, text: string) =>
      (change.get(text, id, ownerId) ?? null) as Note | null,
    remove: (id: string, ownerId: string) => remove.run(id, ownerId).changes === 1,
    removeAllOf: (ownerId: string) => void removeOwn.run(ownerId),
    close: () => db.close(),
  }
}
