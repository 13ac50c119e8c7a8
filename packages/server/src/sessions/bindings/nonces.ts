import { createHmac, type KeyObject } from 'node:crypto'
import type { Milliseconds } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'

/**
 * Values that a proof must carry, so that none can be made in advance (RFC 9449 §8). They are not stored: every process
 * with the secret can compute them.
 */
export interface Nonces {
  current(): string
  isKnown(nonce: unknown): boolean
}

/** A nonce is good in the slot in which it was given out and in the next one. */
export function createNonces(ring: Keyring, { now }: Ports, slotLength: Milliseconds): Nonces {
  let latest = { slot: -1, nonce: '' }

  return { current, isKnown }

  function current(): string {
    const slot = slotOf(now())
    if (latest.slot !== slot) latest = { slot, nonce: nonceOf(ring.keys('dpop-nonce')[0]!.key, slot) }
    return latest.nonce
  }

  function isKnown(nonce: unknown): boolean {
    if (typeof nonce !== 'string') return false
    const slot = slotOf(now())
    // The next one as well: the clock of the process that gave it out may be a little ahead.
    const slots = [slot, slot - 1, slot + 1]
    return ring.keys('dpop-nonce').some(({ key }) => slots.some((each) => isEqual(nonceOf(key, each), nonce)))
  }

  function slotOf(time: number): number {
    return Math.floor(time / slotLength)
  }
}

const nonceOf = (key: KeyObject, slot: number): string =>
  createHmac('sha256', key).update(String(slot)).digest().subarray(0, 16).toString('base64url')
