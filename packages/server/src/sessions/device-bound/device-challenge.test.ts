import { randomBytes } from 'node:crypto'
import { minutes } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { rollingRings } from '#test/support/rings.ts'
import { systemPorts } from '../../core/ports/ports.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import { createDeviceChallenges } from './device-challenge.ts'

const sessionId = randomBytes(16)
const challengesOf = (ring: Keyring) => createDeviceChallenges(ring, systemPorts, minutes(5))

test('a signed challenge of a secret that this process lacks is unavailable, not wrong', () => {
  const { ahead, behind } = rollingRings()
  const challenge = challengesOf(ahead).issue('refresh', sessionId)
  expect(() => challengesOf(behind).verify('refresh', challenge)).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  )
  expect(challengesOf(ahead).verify('refresh', challenge)).not.toBeNull()
  expect(
    challengesOf(ahead).verify('refresh', challengesOf(behind).issue('refresh', sessionId)),
  ).not.toBeNull()
})

test('a challenge is of its purpose, unchanged, and lives five minutes', () => {
  let now = 1_000_000_000_000
  const { ahead } = rollingRings()
  const { issue, verify } = createDeviceChallenges(ahead, { ...systemPorts, now: () => now }, minutes(5))
  const challenge = issue('refresh', sessionId)
  expect(verify('refresh', challenge)?.sessionId).toEqual(sessionId)
  expect(verify('register', challenge)).toBeNull()
  for (const wrong of [`${challenge}A`, challenge.slice(1), `x${challenge.slice(1)}`, '', undefined, 5])
    expect(verify('refresh', wrong)).toBeNull()
  now += minutes(5) - 1
  expect(verify('refresh', challenge)).not.toBeNull()
  now += 1
  expect(verify('refresh', challenge)).toBeNull()
})
