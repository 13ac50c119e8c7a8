import { randomBytes } from 'node:crypto'
import { minutes } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { rollingRings } from '#test/support/rings.ts'
import { systemPorts } from '../../core/ports/ports.ts'
import { parseCookies } from '../../core/request/cookie.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import { createDeviceCookie } from './device-cookie.ts'

test('a short cookie of a secret that this process lacks is unavailable, not unproven', () => {
  const { ahead, behind, stranger } = rollingRings()
  const cookieOf = (ring: Keyring) =>
    createDeviceCookie({ ring, ports: systemPorts, secure: true, lifetime: minutes(10) })
  const device = { sessionId: randomBytes(16), thumbprint: randomBytes(32).toString('base64url') }
  const readBy = (ring: Keyring, by: Keyring) => {
    const [pair = ''] = cookieOf(by).set(device).split(';')
    return cookieOf(ring).read({ cookies: parseCookies(pair) })
  }
  const unavailable: unknown = expect.objectContaining({ code: 'unavailable' })
  expect(() => readBy(behind, ahead)).toThrow(unavailable)
  for (const maker of [ahead, behind])
    expect(readBy(ahead, maker)).toMatchObject([{ thumbprint: device.thumbprint }])
  // Under an unknown id it is not valid.
  expect(readBy(behind, stranger)).toEqual([])
})
