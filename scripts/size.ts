// Compares two sizes with their limits, minified and gzipped: what the client adds to an application's bundle, and what
// the account application loads.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { buildConsole } from './build-console.ts'

const limits: { name: string; imports: string; most: number }[] = [
  { name: 'core', imports: `export { createAuthClient } from '@latchkey/client'`, most: 6000 },
  {
    name: 'core + React',
    imports: `export { createAuthClient } from '@latchkey/client'; export { createAuthReact } from '@latchkey/client/react'`,
    most: 6450,
  },
  {
    name: 'core + axios',
    imports: `export { createAuthClient } from '@latchkey/client'; export { attachAxios } from '@latchkey/client/axios'`,
    most: 6300,
  },
  {
    name: 'core + cookie session',
    imports: `export { createAuthClient } from '@latchkey/client'; export { sessionCookie } from '@latchkey/client/session-cookie'`,
    most: 7100,
  },
  {
    name: 'core + DPoP',
    imports: `export { createAuthClient } from '@latchkey/client'; export { dpop } from '@latchkey/client/dpop'`,
    most: 7400,
  },
  {
    name: 'typical: passwords, passkeys, React',
    imports: `export { createAuthClient, passkey, password } from '@latchkey/client'; export { createAuthReact } from '@latchkey/client/react'`,
    most: 8200,
  },
  {
    name: 'everything: all methods, React',
    imports: `export * from '@latchkey/client'; export { createAuthReact } from '@latchkey/client/react'`,
    most: 9250,
  },
]

/** Code that no browser should be sent. */
const forbidden = /["'`]node:|argon2|\bSELECT\b.*\bFROM\b|zod/

/** Scripts and styles of a visit, with the largest of the languages. */
const mostOfConsole = 105_000

for (const { name, imports, most } of limits) {
  const code = await bundle(imports)
  report(name, gzippedSize(code), most)
  inspect(name, code)
}

buildConsole()
const files = consoleFiles()
for (const { name, content } of files) inspect(`the account application's ${name}`, content)
report('account application', sizeOfVisit(), mostOfConsole)

/** Returns the size of one visit: everything, with only one of the languages. */
function sizeOfVisit(): number {
  const sizes = files.map(({ name, content }) => ({ name, size: gzippedSize(content) }))
  const isLanguage = ({ name }: { name: string }) => /^[a-z]{2}-/.test(name)
  const languages = sizes.filter(isLanguage).map(({ size }) => size)
  const common = sizes.filter((file) => !isLanguage(file)).reduce((sum, { size }) => sum + size, 0)
  return common + Math.max(...languages)
}

function consoleFiles(): { name: string; content: string }[] {
  const folder = join(import.meta.dirname, '../packages/server/dist/console')
  return globSync('*.{js,css}', { cwd: folder }).map((name) => ({
    name,
    content: readFileSync(join(folder, name), 'utf8'),
  }))
}

function gzippedSize(code: string): number {
  return gzipSync(code, { level: 9 }).length
}

function report(name: string, size: number, most: number): void {
  console.log(`${name.padEnd(32)} ${String(size).padStart(6)} of ${most} bytes`)
  if (size > most) fail(`${name} is larger than its limit`)
}

function inspect(name: string, code: string): void {
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
