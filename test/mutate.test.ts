import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutantsOf, mutate, sample } from '../scripts/mutate/mutants.ts'
import { nearestTests } from '../scripts/mutate/nearest-tests.ts'

const clamp = 'test/mutate/fixture/clamp.ts'

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/mutate.ts', ...args], {
    encoding: 'utf8',
    // One that does not end is a fault to be seen.
    timeout: 200_000,
    killSignal: 'SIGKILL',
  })

test('a mutation run tells what the tests notice from what they do not, and fails below its floor', () => {
  const before = readFileSync(clamp, 'utf8')
  const { status, stdout } = run(clamp, '--floor', '95')
  expect(stdout).toBe(`killed    ${clamp}:2  guard removed
  -   if (value > most) return most
  +   ;
killed    ${clamp}:2  condition negated
  -   if (value > most) return most
  +   if (!(value > most)) return most
survived  ${clamp}:2  comparison swapped
  -   if (value > most) return most
  +   if ((value >= most)) return most
2 of 3 killed (66.7 %)
`)
  expect(status).toBe(1)
  expect(run(clamp, '--floor', '60', '--limit', '1').status).toBe(0)
  expect(readFileSync(clamp, 'utf8')).toBe(before)
}, 300_000)

test('each source is held against its own tests alone', () => {
  const { status, stdout } = run('test/mutate/fixture/*.ts', '--floor', '40')
  expect(stdout.match(/^(?:killed|survived) .*$/gm)).toEqual([
    `killed    ${clamp}:2  guard removed`,
    `killed    ${clamp}:2  condition negated`,
    `survived  ${clamp}:2  comparison swapped`,
    'survived  test/mutate/fixture/half.ts:1  condition negated',
    'survived  test/mutate/fixture/half.ts:1  comparison swapped',
  ])
  expect(status).toBe(0)
}, 300_000)

test('a mutant that runs for ever is ended and killed, and the next one has its turn', () => {
  const file = 'test/mutate/endless/count-up.ts'
  const { status, stdout, signal } = run(file, '--patience', '2')
  expect({ signal, status }).toEqual({ signal: null, status: 0 })
  expect(stdout.match(/^(?:killed|survived) .*$|^\d.*$/gm)).toEqual([
    `killed    ${file}:4  guard removed`,
    `killed    ${file}:4  condition negated`,
    `killed    ${file}:4  comparison swapped`,
    '3 of 3 killed (100.0 %)',
  ])
}, 300_000)

test('a mutation run without a source, or without a test that runs, proves nothing', () => {
  expect(run('nothing.ts')).toMatchObject({ status: 2, stderr: expect.stringContaining('npm run mutate') })
  expect(run(clamp, '--named', 'no such test')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('ran nothing'),
  })
}, 300_000)

test.each([
  [
    'if (a) { b() } else c()',
    ['if (!(a)) { b() } else c()', 'if (a) { ; } else c()', 'if (a) { b() } else ;'],
  ],
  ['function f() { if (a === 1) return }', ['function f() { ; }', 'function f() { if ((a !== 1)) return }']],
  ['const x = a && b || c', ['const x = (a && b && c)', 'const x = (a || b) || c']],
  ['const x = a < b ? 1 : 2', ['const x = !(a < b) ? 1 : 2', 'const x = (a <= b) ? 1 : 2']],
  ['await save(row)', [';']],
  ['const x = await save(row)', []],
  [
    "f('SELECT 1 FROM t WHERE a = 1 AND b IN (2, 3) ORDER BY a')",
    [';', "f('SELECT 1 FROM t WHERE a = 1  ORDER BY a')"],
  ],
  [
    'const x = `UPDATE t SET a = 1\n WHERE b = 2 AND c = (d OR e)`',
    ['const x = `UPDATE t SET a = 1\n WHERE b = 2 `'],
  ],
  ["const x: string = 'salt AND pepper'", []],
])('the mutants of %s', (source, expected) => {
  expect(mutantsOf('source.ts', source).map((mutant) => mutate(source, mutant))).toEqual(expected)
})

test('a sample is small, in order, and the same for the same seed', () => {
  const items = Array.from({ length: 100 }, (_, index) => index)
  const drawn = sample(items, 10, 7)
  expect(drawn).toHaveLength(10)
  expect(drawn).toEqual([...drawn].sort((a, b) => a - b))
  expect(sample(items, 10, 7)).toEqual(drawn)
  expect(sample(items, 10, 8)).not.toEqual(drawn)
  expect(sample(items, Infinity, 7)).toEqual(items)
})

test('the nearest tests stand beside a source, in its folder, or above', () => {
  expect(nearestTests('packages/verify/src/feed/feed.ts')).toEqual(['packages/verify/src/feed/feed.test.ts'])
  expect(nearestTests('packages/verify/src/feed/feed-transport.ts')).toContain(
    'packages/verify/src/feed/revocation-set.test.ts',
  )
  expect(nearestTests('packages/server/src/sign-in/codes/code-guesses.ts')).toContain(
    'packages/server/src/sign-in/policy.test.ts',
  )
})
