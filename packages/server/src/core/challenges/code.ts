import { createHmac, type KeyObject, randomInt } from 'node:crypto'
import { type Milliseconds, minutes } from '@latchkey/contract'
import { isEqual } from '../bytes.ts'
import type { Keyring } from '../secrets/keyring.ts'

/** A code is short enough to be read out and to be guessed: it lives shorter than its link (ASVS V6.5.5). */
export const codeTtl: Milliseconds = minutes(10)

export const drawCode = (): string => String(randomInt(1_000_000)).padStart(6, '0')

export const newest = (ring: Keyring): KeyObject => ring.keys('codes')[0]!.key

/** A million codes are hashed in a second: only a key that is not in the database protects them there. */
export const codeHash = (key: KeyObject, id: Uint8Array, code: string): Uint8Array =>
  createHmac('sha256', key).update(id).update(code).digest()

/** Checks under any secret of the ring: another process may already make codes with the next one. */
export const fits = (ring: Keyring, hash: Uint8Array, id: Uint8Array, code: string): boolean =>
  ring.keys('codes').some(({ key }) => isEqual(hash, codeHash(key, id, code)))
