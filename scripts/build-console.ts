import { execFileSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'

/*
 * Builds apps/console into the server's package, if what is there is older than its sources. Takes a second, and no time
 * when there is nothing to do: `npm start` and the tests in a browser call it.
 */
const root = join(import.meta.dirname, '..')
const built = 'packages/server/dist/console/manifest.json'
const sources = [
  'apps/console/{*.json,*.ts}',
  'apps/console/src/**',
  'packages/client/src/**',
  'package-lock.json',
]

if (import.meta.main) buildConsole()

/** Throws when the build fails. */
export function buildConsole(): void {
  if (newest([built]) > newest(sources)) return
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  // In a process of its own: with the NODE_ENV of a test run it would build React for development.
  execFileSync(process.execPath, [vite, 'build', 'apps/console', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** When one of them was last written; 0 where there is none. */
function newest(patterns: string[]): number {
  const times = globSync(patterns, { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs)
  return Math.max(0, ...times)
}
