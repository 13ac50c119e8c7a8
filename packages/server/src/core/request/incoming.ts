import { setImmediate as nextTurn } from 'node:timers/promises'
/** One HTTP request as it is served, whichever web server took it in. */
export interface IncomingRequest extends Connection {
  readonly method: string
  /** Path and query (RFC 9112 §3.2.1, origin form): begins with a slash. */
  readonly target: string
  /** Looks a header up by its lower-case name; those of one name are joined by `, `. */
  header: (name: string) => string | null
  /** Reads the whole body; empty if none was sent. Throws AuthError `body_too_large`. */
  readBody: () => Promise<Uint8Array>
  /** Ends when the client goes away. Made when it is asked for: one for every request costs more than the request. */
  readonly signal: AbortSignal
  /** True if the client has disconnected and reads no answer. */
  isGone: () => boolean
}

/** Facts that the web server knows of the connection and no header says. */
export interface Connection {
  /** The peer's address. */
  remoteAddress?: string | undefined
  /** The DER of the client certificate of a TLS connection; the peer has proven possession of its key. */
  certificate?: () => Uint8Array | undefined
  /** Looks up a header by its lower-case name: a proxy may forward facts about its client there. */
  header?: IncomingRequest['header']
}

/** The client disconnected before its request was done; no answer will be read. */
export class ClientGone extends Error {
  constructor() {
    super('the client has gone away')
  }
}

/**
 * Throws {@link ClientGone} if the client has disconnected. For work that is useless without its answer: issuing new
 * credentials that nobody receives makes those the client still holds look replaced.
 */
export function requirePresent(request: Partial<Pick<IncomingRequest, 'isGone'>> = {}): void {
  if (request.isGone?.()) throw new ClientGone()
}

/** An end that has arrived with the request is read in the next turn, answered in the second, closed in the third. */
const turnsToClose = 5

/**
 * Does the same once all that has arrived was read: a client may have cut off its request before the server came to
 * read it. For verdicts that a late request must not bring about.
 */
export async function requireWaiting(request: Partial<Pick<IncomingRequest, 'isGone'>> = {}): Promise<void> {
  for (let turns = 0; turns < turnsToClose; turns++) {
    requirePresent(request)
    await nextTurn()
  }
  requirePresent(request)
}

/** 64 KiB. */
export const largestBody = 65_536

/** The path alone; `target` is in origin form. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}
