import { find, jwks, signer } from './key-use.ts'
import { ensure } from './new-keys.ts'
import { load } from './load-keys.ts'
import { maintain, retire, rotate } from './rotation.ts'
import type { SigningKey, SigningKeyNeeds, SigningKeysOptions } from './signing-key-needs.ts'

export interface SigningKeys {
  /** The key that signs now. */
  signer(): SigningKey
  /** A key that verifies: next, current or previous. */
  find(kid: string): SigningKey | null
  jwks(): { keys: Record<string, unknown>[] }
  list(): readonly SigningKey[]
  /** Makes the first keys at start, and new ones if the configured algorithm has changed. */
  ensure(): Promise<void>
  /** Reads the keys anew. */
  load(): Promise<void>
  /** next → current → previous, and a new next. */
  rotate(): Promise<void>
  /** Takes a key out of service at once: its tokens are refused everywhere. Returns false for an unknown key. */
  retire(kid: string): Promise<boolean>
  /** Does the work that is due by the schedule. */
  maintain(): Promise<void>
}

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const services: SigningKeyNeeds = { ...options, held: { keys: [] } }
  return {
    signer: () => signer(services),
    find: (kid) => find(services, kid),
    jwks: () => jwks(services),
    list: () => services.held.keys,
    ensure: () => ensure(services),
    load: () => load(services),
    rotate: () => rotate(services),
    retire: (kid) => retire(services, kid),
    maintain: () => maintain(services),
  }
}
