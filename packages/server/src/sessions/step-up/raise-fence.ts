import type { SessionId, Milliseconds } from '@latchkey/contract'
import type { Queryable, Database } from '../../db/database.ts'
import type { PresentedProofs } from '../bindings/binding.ts'
import type { Revoked, RevocationLog } from '../../core/revocations/log.ts'
import type { Reuse } from '../reuse.ts'
import type { Authentication } from '../session.ts'
import type { DeviceOrigin, OpenSession } from '../open-session.ts'
import type { Audit } from '../../core/audit/audit.ts'
import type { DeviceCookie } from '../bindings/device-cookie.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'

export interface StepUp {
  tokens: readonly string[]
  /** The session that the caller was authenticated by; one of the tokens must be of the same. */
  sessionId: SessionId
  attempt: Uint8Array | null
  authentication: Authentication
  /** Proofs in the request beside the tokens; a session that is bound to a key requires one. */
  presentedProofs?: PresentedProofs & DeviceOrigin
  /**
   * True for a new password, say: earlier credentials are refused as well, access tokens at once and the previous
   * cookie after one leeway, seen or not. Until then that cookie can claim no recent authentication. If false, a lost
   * answer may be asked for again at any time.
   */
  endsEarlier?: boolean
  within?: (tx: Queryable) => Promise<Revoked[]>
}

/** Raises a fence with a fresh proof: a new refresh token or session cookie; no predecessor inherits it. */
export type RaiseFence = (input: StepUp) => Promise<OpenSession>

export interface StepUpOptions {
  db: Database
  ring: Keyring
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  leeway: Milliseconds
  deviceCookie: DeviceCookie
  reuse: Reuse
}
