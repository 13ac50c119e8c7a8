import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/*
 * The floors of the server, lowest first: a file imports from its own floor and from those below, nothing points up.
 * Slices of `methods` and `features` do not import each other; they meet in `core`.
 */
const source = join(import.meta.dirname, '../packages/server/src')
const floors = ['config', 'db', 'core', 'methods', 'features', 'wiring', 'http', 'instance', 'cli']
const wiring = new Set(['parts.ts', 'migrations.ts'])
const sliced = new Set(['methods', 'features'])

const faults = globSync('**/*.ts', { cwd: source })
  .filter((file) => !file.endsWith('.test.ts'))
  .flatMap((file) => importsOf(file).flatMap((target) => faultOf(file, target) ?? []))

for (const fault of faults) console.error(fault)
console.log(faults.length === 0 ? 'floors and slices hold' : `${faults.length} imports point the wrong way`)
process.exitCode = faults.length === 0 ? 0 : 1

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    (match) => match[1] as string,
  )
  return specifiers.map((specifier) => relative(source, normalize(join(source, dirname(file), specifier))))
}

function faultOf(file: string, target: string): string | null {
  const [from, to] = [floorOf(file), floorOf(target)]
  if (floors.indexOf(to) > floors.indexOf(from))
    return `${file} (${from}) imports ${target} from above (${to})`
  if (from !== to || !sliced.has(from)) return null
  const [, slice] = file.split('/')
  const [, otherSlice, below] = target.split('/')
  if (file.split('/').length < 3 || below === undefined || slice === otherSlice) return null
  return `${file} imports ${target}: slices of ${from} meet in core`
}

function floorOf(file: string): string {
  const [first = ''] = file.split('/')
  if (floors.includes(first)) return first
  return wiring.has(file) ? 'wiring' : 'instance'
}
