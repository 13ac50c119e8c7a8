import { expect, test } from 'vitest'
import { circlesOf } from '../scripts/house/circles.ts'
import { invertedComments } from '../scripts/house/comments.ts'
import { faultsOf } from '../scripts/house/floors.ts'

const server = 'packages/server/src'
const imported = (from: string, to: string) => ({
  from: `${server}/${from}`,
  to: `${server}/${to}`,
  name: 'x',
})

test.each([
  ['down', [imported('http/http.ts', 'core/log/log.ts')], []],
  ['up', [imported('core/log/log.ts', 'http/http.ts')], ['arrow up']],
  ['to nowhere', [imported('drawer/log.ts', 'core/log/log.ts')], ['no floor']],
  ['within a slice', [imported('methods/totp/a.ts', 'methods/totp/b.ts')], []],
  ['across slices', [imported('methods/totp/a.ts', 'methods/passkey/b.ts')], ['arrow between slices']],
  ['of a method by the list', [imported('methods/index.ts', 'methods/totp/method.ts')], []],
  ['of a method by name', [imported('http/http.ts', 'methods/totp/pages.ts')], ['method known by name']],
  ['of the password by name', [imported('http/http.ts', 'methods/password/store.ts')], []],
  [
    'in a circle of files',
    [imported('core/log/a.ts', 'core/log/b.ts'), imported('core/log/b.ts', 'core/log/a.ts')],
    ['circle of files'],
  ],
  [
    'in a circle of folders alone',
    [imported('core/log/a.ts', 'core/mail/a.ts'), imported('core/mail/b.ts', 'core/log/b.ts')],
    ['circle of folders'],
  ],
])('an import %s', (_, imports, faults) => {
  expect(faultsOf(imports).map((fault) => faults.find((start) => fault.startsWith(start)))).toEqual(faults)
})

test('two circles are told apart, what only leads into one belongs to none', () => {
  const pairs: [string, string][] = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
    ['x', 'y'],
    ['y', 'x'],
    ['lone', 'a'],
  ]
  expect(circlesOf(pairs)).toEqual([
    ['a', 'b', 'c'],
    ['x', 'y'],
  ])
})

test.each([
  ['/** What is sent is kept. */', 1],
  ['  // Whoever asks is answered.', 1],
  ['/**\n * Whether it is open.\n */', 1],
  ['/** Keeps what is sent. */', 0],
  ['// Keeps it. What is sent stays.', 0],
  ["const text = 'What is sent'", 0],
])('the check of the house finds comments that do not begin with their subject: %s', (text, count) => {
  expect(invertedComments(text)).toHaveLength(count)
})
