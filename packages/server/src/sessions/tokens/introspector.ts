import type { ActiveToken } from '@latchkey/contract'

/** Says what a kind of token stands for, with the database's word on whether it is alive. */
export interface Introspector {
  /** How tokens of this kind begin, such as `lkk_`; empty for access tokens, which come last. */
  prefix: string
  /** Null for whatever does not count: garbage, expired, revoked, of a disabled owner. Nobody is told which. */
  introspect(token: string): Promise<ActiveToken | null>
}
