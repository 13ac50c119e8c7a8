import { createHmac, type KeyObject } from 'node:crypto'
import type { Instant } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { FactorClaim } from '../factor.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { codeTtl, drawCode } from '../../core/challenges/code.ts'

/** A sent code, as it is kept with the sign-in that waits for it: without the code itself. */
interface SentCode extends Record<string, unknown> {
  /** The recipient; the code is void if it has changed since. */
  to: string
  salt: string
  mac: string
  until: Instant
}

/** Codes that factors send. They work once, since the answer uses up the sign-in's ticket. */
export interface FactorCodes {
  draw(to: string): { code: string; state: SentCode }
  fits(claim: FactorClaim, to: string): boolean
}

export function createFactorCodes(ring: Keyring, ports: Ports): FactorCodes {
  return {
    draw(to) {
      const code = drawCode()
      const salt = Buffer.from(ports.randomBytes(16)).toString('base64url')
      return {
        code,
        state: {
          to,
          salt,
          mac: macOf(ring.keys('codes')[0]!.key, salt, code).toString('base64url'),
          until: ports.now() + codeTtl,
        },
      }
    },
    fits({ answer, state }, to) {
      if (!state || !('code' in answer)) return false
      // Safe: made by `draw`.
      const sent = state as SentCode
      if (sent.to !== to || sent.until <= ports.now()) return false
      const mac = Buffer.from(sent.mac, 'base64url')
      // Checked with every secret of the ring: another process may use the next one already.
      return ring.keys('codes').some(({ key }) => isEqual(mac, macOf(key, sent.salt, plain(answer.code))))
    },
  }
}

/**
 * Hashes a code with a secret key. A million codes are hashed in a second: only a key outside the database protects
 * them.
 */
const macOf = (key: KeyObject, salt: string, code: string): Buffer =>
  createHmac('sha256', key).update(`factor\0${salt}\0${code}`).digest()

/** Removes what people add when they type a code from a message. */
const plain = (code: string): string => code.normalize('NFKC').replaceAll(/[\s-]/g, '')
