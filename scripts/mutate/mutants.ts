import { parseSync, Visitor } from 'vite'

/** One small change of a source. */
export interface Mutant {
  file: string
  line: number
  what: string
  start: number
  end: number
  /** The replacement of the text between start and end. */
  text: string
}

interface Node {
  type: string
  start: number
  end: number
}

type Change = Pick<Mutant, 'what' | 'start' | 'end' | 'text'>

const others: Record<string, string> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
}

/** Every mutant of a source, in the order of its lines. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const changes: Change[] = []
  const code = ({ start, end }: Node) => source.slice(start, end)
  const change = ({ start, end }: Node, what: string, text: string) =>
    void changes.push({ what, start, end, text })
  const negate = (test: Node) => {
    if (!isEquation(test)) change(test, 'condition negated', `!(${code(test)})`)
  }
  const swap = (node: Node & { left: Node; operator: string; right: Node }, what: string) => {
    const other = others[node.operator]
    if (other !== undefined) change(node, what, `(${code(node.left)} ${other} ${code(node.right)})`)
  }
  const { program } = parseSync(file, source)
  new Visitor({
    IfStatement(node) {
      negate(node.test)
      if (!node.alternate && leaves(node.consequent)) change(node, 'guard removed', ';')
    },
    ConditionalExpression: ({ test }) => negate(test),
    BinaryExpression: (node) => swap(node, 'comparison swapped'),
    LogicalExpression: (node) => swap(node, 'operator swapped'),
    ExpressionStatement(node) {
      if (isCall(node.expression)) change(node, 'call removed', ';')
    },
    // The conditions of an SQL statement after its first.
    TemplateLiteral: ({ quasis }) =>
      quasis.forEach((quasi) =>
        changes.push(...clausesOf(quasi.value.raw, source.indexOf(quasi.value.raw, quasi.start), quasi.tail)),
      ),
    Literal(node) {
      if (typeof node.value === 'string')
        changes.push(...clausesOf(code(node).slice(1, -1), node.start + 1, true))
    },
  }).visit(program)
  return changes
    .map((each) => ({ ...each, file, line: source.slice(0, each.start).split('\n').length }))
    .filter((mutant) => isSource(mutant, source))
    .sort((a, b) => a.start - b.start)
}

/** The source as the mutant has it. */
export const mutate = (source: string, { start, end, text }: Mutant): string =>
  source.slice(0, start) + text + source.slice(end)

/** A small sample that is the same for the same seed. */
export function sample<Item>(items: readonly Item[], limit: number, seed: number): Item[] {
  const drawn = [...items]
  let state = seed
  for (let left = drawn.length; left > 1; left--) {
    // The generator of Numerical Recipes: enough to pick with, and the same on every machine.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = Math.floor((state / 2 ** 32) * left)
    ;[drawn[left - 1], drawn[other]] = [drawn[other] as Item, drawn[left - 1] as Item]
  }
  const picked = new Set(drawn.slice(0, limit))
  return items.filter((item) => picked.has(item))
}

/** Its comparison is swapped already, which says the same. */
const isEquation = (node: Node): boolean =>
  node.type === 'BinaryExpression' && ['===', '!=='].includes((node as Node & { operator: string }).operator)

function leaves(node: Node & { body?: unknown }): boolean {
  if (node.type !== 'BlockStatement') return /^(?:Return|Throw|Continue|Break)Statement$/.test(node.type)
  const last = (node.body as Node[]).at(-1)
  return last !== undefined && leaves(last)
}

function isCall(node: Node & { argument?: Node | null }): boolean {
  if (node.type === 'AwaitExpression' && node.argument) return isCall(node.argument)
  return node.type === 'CallExpression'
}

const clause =
  /\bAND\s+(?:[^()\s]|[^\S\n](?!\s*(?:AND|OR|RETURNING|ORDER|GROUP|LIMIT|ON)\b)|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+/g

function clausesOf(text: string, offset: number, isLast: boolean): Change[] {
  if (!/\b(?:WHERE|ON)\b/.test(text)) return []
  return [...text.matchAll(clause)]
    .filter(({ 0: found, index }) => isLast || index + found.length < text.length)
    .map(({ 0: found, index }) => ({
      what: 'clause removed',
      start: offset + index,
      end: offset + index + found.length,
      text: '',
    }))
}

function isSource(mutant: Mutant, source: string): boolean {
  return parseSync(mutant.file, mutate(source, mutant)).errors.length === 0
}
