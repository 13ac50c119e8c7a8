#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'
import { availableParallelism } from 'node:os'

// Plain JavaScript, so that an old Node says what is missing instead of stumbling over the first type.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 16)) {
  process.stderr.write(
    `Latchkey needs Node.js 24.16 or newer; this is ${process.versions.node}. Inside this repository, \`npm ci\` brings one along for npm scripts.\n`,
  )
  process.exit(1)
}
// Password hashes take turns on libuv's threads: as many as there are cores, and some for files and names.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism() + 2))

// In the repository the sources are what there is; a published package has no tsconfig.json and runs what was built.
const choosesByItself = process.execArgv.some((flag) => flag.startsWith('--conditions'))
if (!choosesByItself && existsSync(new URL('../tsconfig.json', import.meta.url))) {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['development', ...context.conditions] }),
  })
}

const { main } = await import('latchkey/cli')
process.exit(await main(process.argv.slice(2)))
