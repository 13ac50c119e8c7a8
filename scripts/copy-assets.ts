import { cpSync, globSync } from 'node:fs'

/**
 * The files that the compiler does not copy: the styles of the server's pages, and their scripts, including those of
 * methods.
 */
const server = new URL('../packages/server/', import.meta.url)
const patterns = ['page-kit/assets/*', 'methods/*/*.js']

for (const file of globSync(patterns, { cwd: new URL('src/', server) }))
  cpSync(new URL(`src/${file}`, server), new URL(`dist/${file}`, server), { recursive: true })
