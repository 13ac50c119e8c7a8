import type { TokenTransport } from '../sessions/session-response.ts'
import type { UserId } from '@latchkey/contract'
import type { StartSession } from '../sessions/start-session.ts'

/** The kind and transport of the session; asked for with the first factor, and kept until the last. */
export interface SignInRequest {
  persistent: boolean
  tokenTransport: TokenTransport
}

/** The first authentication of a sign-in. */
export interface FirstProof extends SignInRequest {
  userId: UserId
  /** The name of the method: it is not asked for a second time. */
  method: string
  /** As the browser remembers it, where that says more than the method: `federation/google`. */
  rememberAs?: string
  amr: readonly string[]
  /**
   * 2 if the method verified two factors at once, such as a passkey that asked for a fingerprint: no other is asked for
   * then. @default 1
   */
  aal?: 1 | 2
  /** False if it never counts towards aal2: an authentication by mail. @default true */
  isFactor?: boolean
  /** As for {@link StartSession}. */
  stillValid: StartSession['stillValid']
}
