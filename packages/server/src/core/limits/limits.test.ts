import { minutes, seconds } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

test.each(stores)(
  'on %s what a process whose clock is a little ahead has counted in the next slot counts',
  async (store) => {
    const { clock, latchkey } = await createTestLatchkey({ store })
    const { limits } = latchkey.services
    const limit = { name: 'rare', most: 1, window: minutes(10) }
    const apart = seconds(20)
    // One clock is ten seconds before the border of two slots, the other one ten seconds behind it.
    clock.advance(limit.window - (clock.now() % limit.window) + apart / 2)
    await limits.take(limit, 'ada')
    clock.advance(0 - apart)
    expect(await limits.isReached(limit, 'ada')).toBe(true)
    await expect(limits.take(limit, 'ada')).rejects.toMatchObject({ code: 'rate_limited' })
  },
)
