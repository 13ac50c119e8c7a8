import { createHmac, type KeyObject } from 'node:crypto'
import type { Instant, Milliseconds } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'

/** The purpose of a challenge to a device: to register its key with a session, or to prove that it still has it. */
export type DeviceChallengePurpose = 'register' | 'refresh'

export interface DeviceChallenge {
  /** 16 bytes. */
  sessionId: Uint8Array
  expiresAt: Instant
}

/** Challenges, not stored before they are answered: asking for millions of them fills no table. */
export interface DeviceChallenges {
  issue(purpose: DeviceChallengePurpose, sessionId: Uint8Array): string
  /** Null unless this server issued it for this purpose, recently enough. */
  verify(purpose: DeviceChallengePurpose, challenge: unknown): DeviceChallenge | null
}

const bodyLength = 16 + 6 + 16
/** base64url of 54 bytes, no padding: a multiple of 3, so every encoding is canonical. */
const format = /^[A-Za-z0-9_-]{72}$/

/** base64url(session id 16 | end 6 | random 16 | MAC 16). */
export function createDeviceChallenges(
  ring: Keyring,
  ports: Ports,
  lifetime: Milliseconds,
): DeviceChallenges {
  return {
    issue(purpose, sessionId) {
      const body = Buffer.alloc(bodyLength)
      body.set(sessionId)
      body.writeUIntBE(ports.now() + lifetime, 16, 6)
      body.set(ports.randomBytes(16), 22)
      const { key } = ring.keys('device-challenge')[0]!
      return Buffer.concat([body, macOf(key, purpose, body)]).toString('base64url')
    },
    verify(purpose, challenge) {
      if (typeof challenge !== 'string' || !format.test(challenge)) return null
      const bytes = Buffer.from(challenge, 'base64url')
      const [body, mac] = [bytes.subarray(0, bodyLength), bytes.subarray(bodyLength)]
      const expiresAt = body.readUIntBE(16, 6)
      if (expiresAt <= ports.now()) return null
      const isGenuine = ring
        .keys('device-challenge')
        .some(({ key }) => isEqual(macOf(key, purpose, body), mac))
      if (!isGenuine) ring.requireKnown('device-challenge')
      return isGenuine ? { sessionId: body.subarray(0, 16), expiresAt } : null
    },
  }
}

const macOf = (key: KeyObject, purpose: DeviceChallengePurpose, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${purpose}\0`).update(body).digest().subarray(0, 16)
