import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** One name that one file takes from another; paths from the root of the repository. `*` stands for the whole file. */
export interface Import {
  from: string
  to: string
  name: string
}

const folders = ['packages/*/src', 'apps/console/src']
const clause = String.raw`(\*(?:\s+as\s+\w+)?|\w+\s*,\s*\{[^}]*\}|\{[^}]*\}|\w+)`
const named = new RegExp(String.raw`^(?:import|export)\s+(?:type\s+)?${clause}\s+from\s+'([^']+)'`, 'gm')
const bare = /^import\s+'([^']+)'/gm
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g

/** The sources that people use: no tests, no declarations of types alone. */
export function listSources(root: string): string[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{ts,tsx}`)
  return globSync(patterns, { cwd: root })
    .filter((file) => !/\.(test|bench)\.tsx?$|\.d\.ts$/.test(file))
    .sort()
}

/** Every import among `files`, those of types included. */
export function importsAmong(root: string, files: readonly string[]): Import[] {
  const known = new Set(files)
  const entries = packageEntries(root)
  return files.flatMap((from) =>
    importsOf(readFileSync(join(root, from), 'utf8')).flatMap(({ names, specifier }) => {
      const to = specifier.startsWith('.')
        ? normalize(join(dirname(from), specifier))
        : entries.get(specifier)
      return to === undefined || !known.has(to) ? [] : names.map((name) => ({ from, to, name }))
    }),
  )
}

/** The text of a source without its comments. */
export const withoutComments = (text: string): string => text.replace(/^\s*(?:\/\*\*?|\*|\/\/).*$/gm, '')

function importsOf(text: string): { names: string[]; specifier: string }[] {
  const whole = [...text.matchAll(bare), ...withoutComments(text).matchAll(dynamic)]
  return [
    ...[...text.matchAll(named)].map(([, names = '', specifier = '']) => ({
      names: namesOf(names),
      specifier,
    })),
    ...whole.map(([, specifier = '']) => ({ names: ['*'], specifier })),
  ]
}

function namesOf(names: string): string[] {
  if (!names.includes('{')) return [names.startsWith('*') ? '*' : 'default']
  const members = names.slice(names.indexOf('{') + 1, names.lastIndexOf('}')).split(',')
  const list = members.map(
    (member) =>
      member
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)[0] ?? '',
  )
  return [...(names.startsWith('{') ? [] : ['default']), ...list.filter((name) => name !== '')]
}

/** `@latchkey/contract` and its kin, by the condition of their exports that leads to the source. */
function packageEntries(root: string): Map<string, string> {
  return new Map(
    globSync('packages/*/package.json', { cwd: root }).flatMap((file) => {
      const { name, exports } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
      return Object.entries(exports ?? {}).flatMap(([key, { development }]): [string, string][] =>
        development === undefined ? [] : [[join(name, key), normalize(join(dirname(file), development))]],
      )
    }),
  )
}

interface Manifest {
  name: string
  exports?: Record<string, { development?: string }>
}
