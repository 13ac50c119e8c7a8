import { expect, test } from 'vitest'
import { countUp } from './count-up.ts'

test('a count ends', () => {
  expect(countUp(3)).toBe(3)
})
