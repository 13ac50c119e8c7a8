import { expect, test } from 'vitest'
import { compareBytes } from '../bytes.ts'
import { type Ports, systemPorts } from './ports.ts'
import { formatUuid, uuidV7 } from './uuid.ts'

const at = (time: number): Ports => ({ ...systemPorts, now: () => time })

test('ids of one millisecond are in the order in which they were made, whatever other instances do meanwhile', () => {
  const [own, other] = [at(1_800_000_000_000), at(1_700_000_000_000)]
  const ids = Array.from({ length: 100 }, () => {
    uuidV7(other)
    return uuidV7(own)
  })
  expect(ids.toSorted(compareBytes)).toEqual(ids)
})

test('an id says its version, its variant and its time (RFC 9562 §5.7)', () => {
  expect(formatUuid(uuidV7(at(0x0123_4567_89ab)))).toMatch(
    /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})
