import { type KeyObject } from 'node:crypto'
import { type Instant, type Milliseconds } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import type { RevocationLog } from '../revocations/log.ts'
import type { Algorithm } from '@latchkey/verify/core'
import type { Keyring } from '../secrets/keyring.ts'
import { type KeyState } from './store.ts'

export interface SigningKey {
  kid: string
  algorithm: Algorithm
  state: KeyState
  createdAt: Instant
  stateSince: Instant
  key: KeyObject
  verifier: KeyObject
  /** Null for a shared secret, which is never published. */
  publicJwk: Record<string, unknown> | null
}

/** A key that has not been written yet. */
export interface FreshKey {
  kid: string
  sealed: Uint8Array
}

/** The keys that this process has read. */
export interface Held {
  keys: readonly SigningKey[]
}

export interface SigningKeysOptions {
  db: Database
  ring: Keyring
  ports: Ports
  revocations: RevocationLog
  algorithm: Algorithm
  accessTokenTtl: Milliseconds
  /** How often the current key is replaced; 0 never. */
  rotation: Milliseconds
  /** True if every other process can open newly sealed values. */
  mayReseal: () => boolean
}

export interface SigningKeyNeeds extends SigningKeysOptions {
  held: Held
}
