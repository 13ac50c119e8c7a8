import { isId, type UserId } from '@latchkey/contract'

/** An id as an answer gives it, for what is asked of the services. */
export function userIdOf(id: unknown): UserId {
  if (typeof id !== 'string' || !isId(id)) throw new Error(`expected an id, got ${String(id)}`)
  return id as UserId
}
