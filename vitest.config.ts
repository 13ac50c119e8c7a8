import { existsSync, statfsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const memory = '/dev/shm'

// Databases of tests outlive a killed process and need not outlive the machine: memory does that ten times as fast.
if (process.env['TMPDIR'] === undefined && existsSync(memory) && bytesFree(memory) > 8 * 2 ** 30)
  process.env['TMPDIR'] = memory

export default defineConfig({
  // The root's package.json says the same to Node; it does not reach the packages' own tests.
  resolve: { alias: [{ find: /^#test\//, replacement: `${import.meta.dirname}/test/` }] },
  ssr: { resolve: { conditions: ['development', 'module', 'node'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'test/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    globalSetup: ['test/support/databases-setup.ts', 'test/support/console-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})

function bytesFree(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
