import type { Keeper, KeeperOptions, TokenOptions } from './session-manager.ts'

/** What a sign-in asks for. */
export interface Delivery {
  tokenDelivery?: 'body'
  sessionKind?: 'cookie'
}

/** Another way for client and server to know each other than tokens, with a keeper of its own. */
export interface Transport {
  readonly delivery: Delivery
  /** Its tabs talk among themselves: those of a version of the application that used tokens would not understand. */
  readonly channel: string
  createKeeper(options: KeeperOptions): Keeper
  /** What the client does otherwise than with tokens. */
  readonly instead: { getAccessToken(options?: TokenOptions): Promise<string | null> }
}
