import { relative } from 'node:path'
import { circlesOf } from './circles.ts'
import type { Import } from './imports.ts'

/** Lowest first. A name is a folder or a file directly below the folder of the package. */
const floorsOf: Record<string, readonly (readonly string[])[]> = {
  'packages/server/src': [
    ['config'],
    ['db'],
    ['core'],
    ['identity'],
    ['sessions'],
    ['accounts'],
    ['sign-in'],
    ['page-kit'],
    ['methods'],
    ['features'],
    ['services'],
    ['http'],
    ['latchkey.ts', 'server.ts', 'index.ts'],
    ['cli'],
  ],
  'packages/client/src': [
    ['wire'],
    ['transport'],
    ['session'],
    ['session-cookie.ts', 'dpop.ts'],
    ['methods'],
    ['client'],
    ['index.ts', 'axios.ts', 'react.ts', 'react-native.ts'],
  ],
  'packages/verify/src': [
    ['token'],
    ['issuer'],
    ['feed'],
    ['verifier'],
    ['guard'],
    ['node.ts', 'request.ts'],
    ['index.ts', 'core.ts', 'express.ts', 'fastify.ts', 'hono.ts', 'next.ts', 'nest.ts'],
    ['testing', 'testing.ts'],
  ],
  'apps/console/src': [['base'], ['parts'], ['account'], ['main.tsx']],
}

/** Folders whose children do not import each other. */
const slicedFolders = [
  'packages/server/src/methods',
  'packages/server/src/features',
  'packages/client/src/methods',
  'apps/console/src/account/sections',
]

/** Every import that breaks a rule of the house, and every circle, a sentence each. */
export function faultsOf(imports: readonly Import[]): string[] {
  return [
    ...new Set(imports.flatMap((one) => [...upwards(one), ...acrossSlices(one), ...intoMethods(one)])),
    ...circlesOf(imports.map(({ from, to }) => [from, to])).map(
      (files) => `circle of files: ${files.join(', ')}`,
    ),
    ...circlesOfFolders(imports),
  ]
}

function upwards({ from, to }: Import): string[] {
  return Object.entries(floorsOf).flatMap(([base, floors]) => {
    if (!isBelow(base, from) || !isBelow(base, to)) return []
    const levelOf = (file: string) => floors.findIndex((names) => names.includes(childOf(base, file)))
    const homeless = [from, to].find((file) => levelOf(file) === -1)
    if (homeless !== undefined) return [`no floor for ${homeless}`]
    return levelOf(to) > levelOf(from) ? [`arrow up: ${from} imports ${to}`] : []
  })
}

function acrossSlices({ from, to }: Import): string[] {
  return slicedFolders
    .filter((base) => isBelow(base, from) && isBelow(base, to))
    .filter((base) => [from, to].every((file) => relative(base, file).includes('/')))
    .filter((base) => childOf(base, from) !== childOf(base, to))
    .map(() => `arrow between slices: ${from} imports ${to}`)
}

/** A new method is one line in the list: nothing else knows it by name, but for the password. */
function intoMethods({ from, to }: Import): string[] {
  const base = 'packages/server/src/methods'
  const method = childOf(base, to)
  const isInside = isBelow(base, to) && relative(base, to).includes('/')
  if (!isInside || method === 'password' || isBelow(`${base}/${method}`, from)) return []
  return from === `${base}/index.ts` || acrossSlices({ from, to, name: '' }).length > 0
    ? []
    : [`method known by name: ${from} imports ${to}`]
}

/** The children of each folder, files among them, may not stand in a circle. */
function circlesOfFolders(imports: readonly Import[]): string[] {
  const pairsBelow = Map.groupBy(imports, ({ from, to }) => commonFolder(from, to))
  return [...pairsBelow].flatMap(([folder, below]) =>
    circlesOf(below.map(({ from, to }) => [childOf(folder, from), childOf(folder, to)]))
      .filter((children) => !children.every((child) => /\.tsx?$/.test(child)))
      .map((children) => `circle of folders in ${folder}: ${children.join(', ')}`),
  )
}

function commonFolder(one: string, other: string): string {
  const [a, b] = [one.split('/').slice(0, -1), other.split('/').slice(0, -1)]
  const end = a.findIndex((part, index) => part !== b[index])
  return (end === -1 ? a : a.slice(0, end)).join('/')
}

const isBelow = (base: string, file: string) => file.startsWith(`${base}/`)
const childOf = (base: string, file: string) => relative(base, file).split('/')[0] ?? ''
