import type { Milliseconds } from '@latchkey/contract'
import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { type PresentedProofs } from './bindings/binding.ts'
import type { DeviceCookie } from './bindings/device-cookie.ts'
import type { Keyring } from '../core/secrets/keyring.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { Reuse } from './reuse.ts'
import { type DeviceOrigin } from './open-session.ts'
import type { EndForgotten } from './forgotten.ts'
import type { createRotate } from './store.ts'

export interface RefreshInput {
  /** Every refresh token that came along; the newest session's highest generation counts. */
  tokens: readonly string[]
  /** 16 bytes that the client repeats on every try of the same refresh. */
  attempt: Uint8Array | null
  /** Null for first-party sessions. */
  clientId: string | null
  /** Proofs in the request beside the tokens; a session that is bound to a key requires one. */
  presentedProofs?: PresentedProofs
  origin: DeviceOrigin
}

export interface RefreshOptions {
  db: Database
  ring: Keyring
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  leeway: Milliseconds
  deviceCookie: DeviceCookie
  reuse: Reuse
  /** Called when a refresh was answered without rotating; throws `rate_limited` in a flood. */
  onRetry: (id: Uint8Array) => void
  /** Told how a refresh went: `rotated`, or the outcome of the decision. */
  onOutcome: (outcome: string) => void
}

export interface RefreshNeeds extends RefreshOptions {
  rotate: ReturnType<typeof createRotate>
  endForgotten: EndForgotten
}
