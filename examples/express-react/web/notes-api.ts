import { attachAxios } from '@latchkey/client/axios'
import { create } from 'axios'
import { auth } from './auth.ts'

export interface Note {
  id: string
  ownerId: string
  text: string
  createdAt: string
}

const api = create({ baseURL: '/api' })
// The interceptors, the queue of waiting requests and the retry are in here.
attachAxios(api, auth)

export async function listNotes(whose: 'own' | 'everyone', signal: AbortSignal): Promise<Note[]> {
  const path = whose === 'own' ? '/notes' : '/notes/everyone'
  return (await api.get<{ notes: Note[] }>(path, { signal })).data.notes
}

export const createNote = async (text: string): Promise<Note> =>
  (await api.post<Note>('/notes', { text })).data

export const changeNote = async (id: string, text: string): Promise<Note> =>
  (await api.patch<Note>(`/notes/${id}`, { text })).data

export const removeNote = async (id: string): Promise<void> => void (await api.delete(`/notes/${id}`))
