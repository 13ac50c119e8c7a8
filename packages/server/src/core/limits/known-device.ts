import { createHmac, type KeyObject } from 'node:crypto'
import { type UserId, days } from '@latchkey/contract'
import { isEqual } from '../bytes.ts'
import type { Keyring } from '../secrets/keyring.ts'
import { createCookie, type CookieSource } from '../request/cookie.ts'

/**
 * A cookie that says "this browser has signed in to this account before". It opens nothing; its tries are counted
 * apart, so that strangers who guess at an account cannot lock out the owner's devices (ASVS V6.1.1).
 */
export interface KnownDevices {
  recognizes(request: CookieSource, userId: UserId): boolean
  /** The Set-Cookie value after a sign-in. */
  remember(userId: UserId): string
}

const lifetime = days(180)

export function createKnownDevices(ring: Keyring, secure: boolean): KnownDevices {
  const cookie = createCookie('latchkey-device', { secure, sameSite: 'lax' })

  return {
    recognizes: (request, userId) =>
      cookie
        .read(request)
        .some((value) => ring.keys('device').some(({ key }) => isEqual(value, macOf(key, userId)))),
    remember: (userId) => cookie.set(macOf(ring.keys('device')[0]!.key, userId), lifetime),
  }
}

const macOf = (key: KeyObject, userId: UserId): string =>
  createHmac('sha256', key).update(userId).digest('base64url')
