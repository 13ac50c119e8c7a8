import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const log = new URL('log.ts', import.meta.url).href

test('lines come out in their order, the last ones also where the process ends at once', () => {
  expect(printedBy(`log.info('one'); log.info('two'); setTimeout(() => log.info('three'), 5)`)).toEqual([
    'one',
    'two',
    'three',
  ])
  expect(printedBy(`log.info('one'); log.error('two'); process.exit(0)`)).toEqual(['one', 'two'])
})

function printedBy(code: string): unknown[] {
  const program = `import { createLog } from ${JSON.stringify(log)}; const log = createLog(); ${code}`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  return printed
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: unknown }).message)
}
