/** A request, whatever framework it comes from. */
export interface Incoming {
  method: string
  /** Path and query, below `publicUrl`. */
  target: string
  /** The value of a header; several of one name joined. Names in lower case. */
  header(name: string): string | null
  /** The address of the peer, where the platform tells. */
  peer?: string | undefined
  /** The DER of the client certificate of the connection. */
  certificate?: () => Uint8Array | undefined
}
