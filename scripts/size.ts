// What the client adds to an application's bundle, minified and gzipped, against its limits.

import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'

const limits: { name: string; imports: string; most: number }[] = [
  { name: 'core', imports: `export { createAuthClient } from '@latchkey/client'`, most: 6100 },
  {
    name: 'core + React',
    imports: `export { createAuthClient } from '@latchkey/client'; export { createAuthReact } from '@latchkey/client/react'`,
    most: 6600,
  },
  {
    name: 'core + axios',
    imports: `export { createAuthClient } from '@latchkey/client'; export { attachAxios } from '@latchkey/client/axios'`,
    most: 6400,
  },
  {
    name: 'everything: all methods, React',
    imports: `export * from '@latchkey/client'; export { createAuthReact } from '@latchkey/client/react'`,
    most: 8000,
  },
]

/** What no browser should be sent. */
const forbidden = /node:|argon2|\bSELECT\b.*\bFROM\b|zod/

for (const { name, imports, most } of limits) {
  const code = await bundle(imports)
  const size = gzipSync(code, { level: 9 }).length
  console.log(`${name.padEnd(32)} ${String(size).padStart(6)} of ${most} bytes`)
  if (size > most) fail(`${name} is larger than its limit`)
  const found = forbidden.exec(code)
  if (found) fail(`${name} holds ${found[0]}`)
}

function fail(reason: string): void {
  console.error(reason)
  process.exitCode = 1
}

async function bundle(imports: string): Promise<string> {
  const entry = '\0entry'
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? entry : null),
        load: (id) => (id === entry ? imports : null),
      },
    ],
    resolve: { conditions: ['development', 'browser', 'module'] },
    build: {
      write: false,
      target: 'es2022',
      rollupOptions: {
        input: 'entry',
        external: ['react', 'axios'],
        preserveEntrySignatures: 'strict',
      },
    },
  })) as Rolldown.RolldownOutput
  return output[0].code
}
