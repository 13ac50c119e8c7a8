import { expect, test } from 'vitest'
import { decideRoll } from './decide-roll.ts'

const [both, turned] = [
  ['old', 'new'],
  ['new', 'old'],
]

test.each<[name: string, servers: string[][], configured: string[], isSafe: boolean, says: string]>([
  ['no server', [], ['new'], true, 'No server is running'],
  ['one secret everywhere', [['old'], ['old']], ['old'], true, 'To change it'],
  ['the new one in front too early', [['old'], ['old']], turned, false, 'Do not start a server with this'],
  ['one server knows it', [both, ['old']], both, true, '1 server lacks new'],
  [
    'one server knows it, and the next step comes too early',
    [both, ['old']],
    turned,
    false,
    '1 server lacks it',
  ],
  ['every server knows it', [both, both], turned, true, 'After step 1'],
  ['one makes with it', [turned, both], turned, true, 'Step 2 is under way'],
  ['one makes with it that another lacks', [turned, ['old']], both, false, '1 server lacks the secret new'],
  [
    'one makes with it that two others lack',
    [turned, ['old'], ['old']],
    both,
    false,
    '2 servers lack the secret new',
  ],
  [
    'every server makes with it, and it comes without the old one',
    [turned, turned],
    ['new'],
    true,
    'After step 2',
  ],
  ['what is configured lacks what the servers make with', [both, both], ['new'], false, 'it lacks old'],
])('%s', (_, servers, configured, isSafe, says) => {
  expect(decideRoll({ servers, configured, sealed: [] })).toEqual({
    isSafe,
    sentence: expect.stringContaining(says) as unknown,
  })
})
