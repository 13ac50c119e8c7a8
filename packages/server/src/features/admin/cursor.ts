import type { UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { parseUuid } from '../../core/ports/uuid.ts'

/** Where a page of users ended: the 16 bytes of the last id in base64url. To callers it is opaque. */
export const toCursor = (last: UserId): string => Buffer.from(parseUuid(last)).toString('base64url')

/** Throws AuthError `invalid_input` for what {@link toCursor} has not made. */
export function readCursor(cursor: string | undefined): Uint8Array | null {
  if (cursor === undefined) return null
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length === 16 && bytes.toString('base64url') === cursor) return bytes
  throw new AuthError('invalid_input', {
    errors: [{ path: 'query.cursor', message: 'must be the nextCursor of a page before' }],
  })
}
