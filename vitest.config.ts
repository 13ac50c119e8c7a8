import { existsSync, statfsSync } from 'node:fs'
import { defaultExclude, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const memory = '/dev/shm'

// Databases of tests outlive a killed process and need not outlive the machine: memory does that ten times as fast.
if (process.env['TMPDIR'] === undefined && existsSync(memory) && bytesFree(memory) > 8 * 2 ** 30)
  process.env['TMPDIR'] = memory

const long = '**/*.long.test.ts'

/** Those that set what a whole process shares: globals of a browser, the SDK of OpenTelemetry. */
const alone = [
  'packages/client/src/**/*.test.ts',
  'packages/server/src/core/tracing/*.test.ts',
  'packages/server/src/http/request-log.test.ts',
]

/** Nothing else is tested there than the driver of a store that is left out. */
const leftOut = process.env['TEST_STORES'] === 'sqlite' ? ['packages/server/src/db/postgres/*.test.ts'] : []

export default defineConfig({
  // The root's package.json says the same to Node; it does not reach the packages' own tests.
  resolve: { alias: [{ find: /^#test\//, replacement: `${import.meta.dirname}/test/` }] },
  ssr: { resolve: { conditions: ['development', 'module', 'node'] } },
  test: {
    globalSetup: ['test/support/on-demand-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      project('together', {
        include: [
          'packages/*/src/**/*.test.ts',
          'apps/*/src/**/*.test.ts',
          'test/**/*.test.ts',
          'examples/**/*.test.ts',
          'bench/**/*.test.ts',
        ],
        exclude: [...defaultExclude, ...alone, ...leftOut, long],
        // Importing the server takes as long as many a file's tests.
        isolate: false,
      }),
      project('alone', { include: alone }),
      project('long', { include: [`test/${long}`], isolate: false }),
    ],
  },
})

function project(name: string, test: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  // The setup is the whole run's.
  return { extends: true, test: { name, globalSetup: [], ...test } }
}

function bytesFree(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
