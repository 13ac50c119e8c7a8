import type { AxiosInstance } from 'axios'

/** Binds what the server issues to a key of the client's own; see `@latchkey/client/dpop`. */
export interface Bind {
  /** `send` with proofs: beside bound tokens, and for what may sign in or refresh below `base`. */
  wrap(send: typeof fetch, base: string): typeof fetch
  /** The same for what axios sends; returns how to stop. */
  attach(instance: AxiosInstance): () => void
  /** The headers of one request with a token; for what goes through neither. */
  headers(request: { url: string; method: string; token: string }): Promise<Record<string, string>>
}
