/** One HTTP request as it is served, whichever web server took it in. */
export interface IncomingRequest extends Connection {
  readonly method: string
  /** Path and query (RFC 9112 §3.2.1, origin form): begins with a slash. */
  readonly target: string
  /** Looks a header up by its lower-case name; those of one name are joined by `, `. */
  header: (name: string) => string | null
  /** All of the body; empty where none was sent. Throws AuthError `body_too_large`. */
  readBody: () => Promise<Uint8Array>
  /** Ends when the client goes away. Made when it is asked for: one for every request costs more than the request. */
  readonly signal: AbortSignal
  /** Whether the client has gone away, and reads no answer. */
  isGone: () => boolean
}

/** What the web server knows of the connection and no header says. */
export interface Connection {
  /** The peer's address. */
  remoteAddress?: string | undefined
  /** The DER of the client certificate of a TLS connection, whose key its peer has proven to hold. */
  certificate?: () => Uint8Array | undefined
  /** Looks a header up by its lower-case name: a proxy may hand on there what it knows of its client. */
  header?: IncomingRequest['header']
}

/** The client went away before its request was done; whatever is answered, nobody reads it. */
export class ClientGone extends Error {}

/**
 * For what is of no use without its answer: new credentials that nobody receives make those that their client still
 * holds look replaced. Throws {@link ClientGone}.
 */
export function requirePresent(request: Partial<Pick<IncomingRequest, 'isGone'>> = {}): void {
  if (request.isGone?.()) throw new ClientGone('the client has gone away')
}

/** 64 KiB. */
export const largestBody = 65_536

/** The path alone; `target` is in origin form. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}
