import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'

const packages = join(import.meta.dirname, '../packages')

/** Below its folder in `packages`. */
interface Entry {
  name: string
  file: string
}

interface Reference {
  introduction: string
  entries: readonly Entry[]
}

const remark = (folder: string): string =>
  `<!-- Made from the comments in packages/${folder}/src. After a change there: npx vitest run test/package-references.test.ts -u -->`

/** Files of docs/reference that are made from a package's exports and their comments. */
export const references = {
  'client.md': {
    introduction: `# Client reference

${remark('client')}

Every export of \`@latchkey/client\` and its four companions. [The guide](../client.md) explains how they are used,
[errors](errors.md) lists the codes of the server.`,
    entries: [
      { name: '@latchkey/client', file: 'client/src/index.ts' },
      { name: '@latchkey/client/react', file: 'client/src/react.ts' },
      { name: '@latchkey/client/axios', file: 'client/src/axios.ts' },
      { name: '@latchkey/client/session-cookie', file: 'client/src/session-cookie.ts' },
      { name: '@latchkey/client/dpop', file: 'client/src/dpop.ts' },
      { name: '@latchkey/client/react-native', file: 'client/src/react-native.ts' },
    ],
  },
  'verify.md': {
    introduction: `# Verifier reference

${remark('verify')}

Every export of \`@latchkey/verify\` and its adapters. [The guide](../verify.md) explains how they are used,
[the other one](../verify-frameworks.md) shows each framework, [errors](errors.md) lists the codes.`,
    entries: [
      { name: '@latchkey/verify', file: 'verify/src/index.ts' },
      { name: '@latchkey/verify/express', file: 'verify/src/express.ts' },
      { name: '@latchkey/verify/fastify', file: 'verify/src/fastify.ts' },
      { name: '@latchkey/verify/hono', file: 'verify/src/hono.ts' },
      { name: '@latchkey/verify/next', file: 'verify/src/next.ts' },
      { name: '@latchkey/verify/nest', file: 'verify/src/nest.ts' },
      { name: '@latchkey/verify/request', file: 'verify/src/request.ts' },
      { name: '@latchkey/verify/node', file: 'verify/src/node.ts' },
    ],
  },
} as const satisfies Record<string, Reference>

/** The text of a file of docs/reference. A test holds the committed one against this. */
export function renderReference(file: keyof typeof references): string {
  const { introduction, entries } = references[file]
  return [introduction, ...entries.map(renderEntry)].join('\n\n') + '\n'
}

type Statement = ReturnType<typeof parseSync>['program']['body'][number]
type Declaration = NonNullable<(Statement & { type: 'ExportNamedDeclaration' })['declaration']>

/** A declaration and the comment in front of it. */
interface Item {
  name: string
  declaration: Declaration
  comment: string
  text: string
}

interface Module {
  items: Map<string, Item>
  /** In their order: an own declaration, or a name of another module. */
  exports: { name: string; from: string | null }[]
}

function renderEntry({ name, file }: Entry): string {
  const { exports } = moduleOf(file)
  const items = exports.map((one) => itemOf(file, one))
  const values = items.filter(({ declaration }) => !isType(declaration))
  const types = [...items.filter(({ declaration }) => isType(declaration)), ...namedBeside(items, exports)]
  return [`## \`${name}\``, ...values.map(renderItem), ...types.map(renderItem)].join('\n\n')
}

const isType = ({ type }: Declaration): boolean =>
  type === 'TSInterfaceDeclaration' || type === 'TSTypeAliasDeclaration'

/** Returns types that are not exported but named in exported ones: the circumstances of a state, say. */
function namedBeside(items: readonly Item[], exports: Module['exports']): Item[] {
  const shown = new Set(items.map(({ name }) => name))
  const beside: Item[] = []
  for (const { name, from } of exports) {
    if (from === null) continue
    const { items: neighbours } = moduleOf(from)
    const { text = '', declaration } = neighbours.get(name) ?? {}
    if (!declaration || !isType(declaration)) continue
    for (const neighbour of neighbours.values()) {
      if (shown.has(neighbour.name) || !isType(neighbour.declaration)) continue
      if (!new RegExp(`\\b${neighbour.name}\\b`).test(text)) continue
      shown.add(neighbour.name)
      beside.push(neighbour)
    }
  }
  return beside
}

function itemOf(file: string, { name, from }: Module['exports'][number]): Item {
  const item = moduleOf(from ?? file).items.get(name)
  if (!item) throw new Error(`${from ?? file} declares no ${name}`)
  return item
}

const modules = new Map<string, Module>()

function moduleOf(file: string): Module {
  let known = modules.get(file)
  if (!known) modules.set(file, (known = readModule(file)))
  return known
}

function readModule(file: string): Module {
  const text = readFileSync(join(packages, file), 'utf8')
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const module: Module = { items: new Map(), exports: [] }
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') {
      if (isDeclaration(statement)) keep(statement, statement.start)
      continue
    }
    const { declaration, specifiers, source: from } = statement
    if (declaration) {
      const item = keep(declaration, statement.start)
      module.exports.push({ name: item.name, from: null })
    }
    for (const { exported } of specifiers) {
      const name = exported.type === 'Literal' ? exported.value : exported.name
      module.exports.push({ name, from: from && join(dirname(file), from.value) })
    }
  }
  return module

  function keep(declaration: Declaration, start: number): Item {
    const name = nameOf(declaration)
    const item = { name, declaration, comment: commentBefore(text, start), text: textOf(declaration, text) }
    module.items.set(name, item)
    return item
  }
}

const isDeclaration = (statement: Statement): statement is Statement & Declaration =>
  statement.type === 'TSInterfaceDeclaration' || statement.type === 'TSTypeAliasDeclaration'

function nameOf(declaration: Declaration): string {
  const named = declaration.type === 'VariableDeclaration' ? declaration.declarations[0]! : declaration
  if (named.id?.type !== 'Identifier') throw new Error(`a ${declaration.type} without a name`)
  return named.id.name
}

function commentBefore(text: string, start: number): string {
  const before = text.slice(0, start).replace(/\n\/\/ oxlint-disable[^\n]*\n$/, '\n')
  const inside = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before)?.[1] ?? ''
  return inside.replace(/^[ \t]*\* ?/gm, '').trim()
}

/** The declaration without what it does. */
function textOf(declaration: Declaration, text: string): string {
  const { start, end } = declaration
  if (declaration.type === 'FunctionDeclaration')
    return text.slice(start, declaration.body?.start ?? end).trim()
  if (declaration.type === 'ClassDeclaration') {
    const bodies = declaration.body.body.flatMap((member) =>
      member.type === 'MethodDefinition' && member.value.body ? [member.value.body] : [],
    )
    return bodies.reduceRight(
      (left, body) => cut(left, body.start - start, body.end - start),
      text.slice(start, end),
    )
  }
  if (declaration.type === 'VariableDeclaration') return textOfConst(declaration, text)
  return text.slice(start, end)
}

/** A function in a constant, as its type. */
function textOfConst(declaration: Declaration & { type: 'VariableDeclaration' }, text: string): string {
  const { id, init } = declaration.declarations[0]!
  if (init?.type !== 'ArrowFunctionExpression' || !init.returnType)
    return text.slice(declaration.start, declaration.end)
  const { typeAnnotation } = init.returnType
  const parameters = text.slice(init.start, init.returnType.start)
  const result = text.slice(typeAnnotation.start, typeAnnotation.end)
  return `const ${text.slice(id.start, id.end)}: ${parameters} => ${result}`
}

const cut = (text: string, start: number, end: number): string =>
  text.slice(0, start).trimEnd() + text.slice(end)

const renderItem = ({ name, comment, text }: Item): string =>
  [`### ${name}`, ...(comment === '' ? [] : [proseOf(comment)]), '```ts\n' + text + '\n```'].join('\n\n')

const proseOf = (comment: string): string =>
  comment
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .replace(/^@throws \{(\w+)\} /gm, 'Throws `$1`: ')
    .replace(/^@default (.+)$/gm, 'Default: $1')
    .replace(/\n(?=Throws )/g, '\n\n')
    .replace(/\n{3,}/g, '\n\n')
