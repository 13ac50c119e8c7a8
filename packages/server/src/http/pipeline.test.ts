import type { Access } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { stepsBefore } from './pipeline.ts'

const steps = ['source', 'proof', 'authenticate', 'demands', 'pace', 'input']

test.each<[Access, string[]]>([
  ['public', ['source', 'proof', 'input']],
  ['refresh', ['source', 'proof', 'input']],
  ['bearer', steps],
  ['admin', steps.filter((step) => step !== 'pace')],
  ['machine', ['source', 'authenticate', 'demands', 'input']],
  ['certificate', ['source', 'authenticate', 'demands', 'input']],
  ['operation', ['input']],
])('before a route of access %s stand its steps, in order', (access, expected) => {
  expect(stepsBefore(access)).toEqual(expected)
})
