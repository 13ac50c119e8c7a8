import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const drill = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/drill.ts', ...args], { encoding: 'utf8' })

test.each([[], ['flood'], ['constructor']])(
  'a drill that is not there (%s) shows those that are',
  (...args) => {
    const { status, stderr } = drill(...args)
    expect(status).toBe(2)
    for (const name of ['failover', 'restore', 'disk-full', 'clock', 'pooler'])
      expect(stderr).toContain(`\n  ${name} `)
  },
)
