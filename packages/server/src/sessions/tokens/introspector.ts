import type { ActiveToken } from '@latchkey/contract'

/** Resolves a kind of token, with a look at the database to see if it is alive. */
export interface Introspector {
  /** How tokens of this kind begin, such as `lkk_`; empty for access tokens, which come last. */
  prefix: string
  /** Null for every invalid token: garbage, expired, revoked, or of a disabled owner. Callers cannot tell which. */
  introspect(token: string): Promise<ActiveToken | null>
}
