import { createHmac, type KeyObject } from 'node:crypto'
import type { Milliseconds } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { createCookie, type CookieSource } from '../../core/request/cookie.ts'

/** A session whose device has signed a moment ago. */
export interface BoundDevice {
  /** 16 bytes. */
  sessionId: Uint8Array
  /** The thumbprint of the device's key. */
  thumbprint: string
}

/** The short cookie that a device gets for a signature, beside the session's own (DBSC). */
export interface DeviceCookie {
  name: string
  /** Without name, value and age: the browser compares them with the cookie that it holds. */
  attributes: string
  /** Returns those that have not expired; usually none. */
  read(request: CookieSource): BoundDevice[]
  set(device: BoundDevice): string
}

export interface DeviceCookieOptions {
  ring: Keyring
  ports: Ports
  secure: boolean
  lifetime: Milliseconds
}

const prefix = 'lkb_'
const version = 1
const bodyLength = 1 + 1 + 16 + 6 + 32
/** base64url of 72 bytes, no padding: a multiple of 3, so every encoding is canonical. */
const format = /^lkb_[A-Za-z0-9_-]{96}$/
/** A cookie that the browser still had when it sent the request. */
const grace = 60_000

/** `lkb_` + base64url(version 1 | key id 1 | session id 16 | end 6 | thumbprint 32 | MAC 16). */
export function createDeviceCookie({ ring, ports, secure, lifetime }: DeviceCookieOptions): DeviceCookie {
  const cookie = createCookie('latchkey-bound', { secure, sameSite: 'lax' })

  return {
    name: cookie.name,
    attributes: cookie.attributes,
    read: (request) => cookie.read(request).flatMap((value) => verify(value) ?? []),
    set: (device) => cookie.set(mint(device), lifetime),
  }

  function mint({ sessionId, thumbprint }: BoundDevice): string {
    const { id, key } = ring.keys('device-cookie')[0]!
    const body = Buffer.alloc(bodyLength)
    body[0] = version
    body[1] = id
    body.set(sessionId, 2)
    body.writeUIntBE(ports.now() + lifetime + grace, 18, 6)
    body.set(Buffer.from(thumbprint, 'base64url'), 24)
    return prefix + Buffer.concat([body, macOf(key, body)]).toString('base64url')
  }

  function verify(value: string): BoundDevice | null {
    if (!format.test(value)) return null
    const bytes = Buffer.from(value.slice(prefix.length), 'base64url')
    const [body, mac] = [bytes.subarray(0, bodyLength), bytes.subarray(bodyLength)]
    if (body[0] !== version || body.readUIntBE(18, 6) <= ports.now()) return null
    const isGenuine = ring
      .keys('device-cookie')
      .some(({ id, key }) => id === body[1] && isEqual(macOf(key, body), mac))
    if (!isGenuine) {
      ring.requireKnown('device-cookie', body[1])
      return null
    }
    return { sessionId: body.subarray(2, 18), thumbprint: body.subarray(24).toString('base64url') }
  }
}

const macOf = (key: KeyObject, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(prefix).update(body).digest().subarray(0, 16)
