import { createHmac, type KeyObject } from 'node:crypto'
import type { Instant } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { FactorClaim } from '../factor.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { codeTtl, drawCode } from '../../core/challenges/code.ts'

/** A code that a factor has sent, as it is kept with the sign-in that waits for it: without the code itself. */
interface SentCode extends Record<string, unknown> {
  /** Where it was sent to: what has changed since makes it void. */
  to: string
  salt: string
  mac: string
  until: Instant
}

/** Codes of factors that are sent. The ticket of the sign-in, which is used up with the answer, makes them single use. */
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
      // Of our own draw.
      const sent = state as SentCode
      if (sent.to !== to || sent.until <= ports.now()) return false
      const mac = Buffer.from(sent.mac, 'base64url')
      // Under any secret of the ring: another process may make them with the next one already.
      return ring.keys('codes').some(({ key }) => isEqual(mac, macOf(key, sent.salt, plain(answer.code))))
    },
  }
}

/** A million codes are hashed in a second: only a key that is not in the database protects them there. */
const macOf = (key: KeyObject, salt: string, code: string): Buffer =>
  createHmac('sha256', key).update(`factor\0${salt}\0${code}`).digest()

/** As people type it from a message. */
const plain = (code: string): string => code.normalize('NFKC').replaceAll(/[\s-]/g, '')
