import { AuthError } from '../auth-error.ts'

/** The cursor and the limit of a request for a page of a list; the contract has checked the limit. */
export interface PageQuery {
  cursor?: string | undefined
  limit: number
}

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** The end of a page, in base64url: the id or the name of its last entry. Opaque to callers. */
const toCursor = (last: Uint8Array | string): string => Buffer.from(last).toString('base64url')

/** Throws AuthError `invalid_input` unless the cursor is an id of `length` bytes, as {@link pageOf} makes them. */
export function readIdCursor(cursor: string | undefined, length = 16): Uint8Array | null {
  const bytes = readCursor(cursor)
  if (bytes && bytes.length !== length) throw notOurs()
  return bytes
}

/** The same of a name. */
export function readNameCursor(cursor: string | undefined): string | null {
  const bytes = readCursor(cursor)
  // Bytes that are not UTF-8 would be read as some other text.
  if (bytes && !Buffer.from(bytes.toString()).equals(bytes)) throw notOurs()
  return bytes && bytes.toString()
}

function readCursor(cursor: string | undefined): Buffer | null {
  if (cursor === undefined) return null
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.toString('base64url') === cursor) return bytes
  throw notOurs()
}

const notOurs = (): AuthError =>
  new AuthError('invalid_input', {
    errors: [{ path: 'query.cursor', message: 'must be the nextCursor of a page before' }],
  })

/** A page of rows of which one more than asked for was read: that one tells whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { toItem, endOf }: { toItem: (row: Row) => Item; endOf: (row: Row) => Uint8Array | string },
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? toCursor(endOf(last)) : null
  return { items: shown.map(toItem), nextCursor }
}
