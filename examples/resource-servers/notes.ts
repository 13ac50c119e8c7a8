/** Notes that only their owner reads. */
export interface Notes {
  of(owner: string): readonly string[]
  add(owner: string, note: string): void
  clear(owner: string): void
}

export function createNotes(): Notes {
  const notes = new Map<string, readonly string[]>()
  const of = (owner: string) => notes.get(owner) ?? []
  return {
    of,
    add: (owner, note) => void notes.set(owner, [...of(owner), note]),
    clear: (owner) => void notes.delete(owner),
  }
}

/** The note in a request's body; null where there is none. */
export function readNote(body: unknown): string | null {
  const { note } = (body ?? {}) as { note?: unknown }
  return typeof note === 'string' ? note : null
}
