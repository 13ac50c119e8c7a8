import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RegExpParser } from '@eslint-community/regexpp'
import { analyse } from 'scslre'
import { parseSync } from 'vite'

interface Literal {
  source: string
  flags: string
}

/** Every pattern whose work grows faster than its text, in any file: which text reaches it changes without notice. */
export function patternFaults(root: string, files: readonly string[]): string[] {
  return files.flatMap((file) =>
    literalsIn(file, readFileSync(join(root, file), 'utf8'))
      .filter(isSlow)
      .map(({ source, flags }) => `pattern is not linear: /${source}/${flags}\n  ${file}`),
  )
}

/** Every literal of a regular expression in a text of TypeScript. */
export function literalsIn(file: string, text: string): Literal[] {
  const found: Literal[] = []
  const { program } = parseSync(file, text)
  // Reads what was parsed as it would stand in JSON: every node once, whatever its kind.
  JSON.stringify(program, (_, node: unknown) => {
    if (isLiteral(node)) found.push({ source: node.regex.pattern, flags: node.regex.flags })
    return node instanceof RegExp || typeof node === 'bigint' ? null : node
  })
  return found
}

/** True if some text of n characters costs more than n steps: by two repetitions that can take each other's text, or by starts. */
export function isSlow({ source, flags }: Literal): boolean {
  const parser = new RegExpParser()
  const parsed = {
    pattern: parser.parsePattern(source, 0, source.length, {
      unicode: flags.includes('u'),
      unicodeSets: flags.includes('v'),
    }),
    flags: parser.parseFlags(flags),
  }
  return analyse(parsed, { reportTypes: { Move: true, Self: true, Trade: true } }).reports.length > 0
}

const isLiteral = (node: unknown): node is { regex: { pattern: string; flags: string } } =>
  typeof node === 'object' && node !== null && 'regex' in node && typeof node.regex === 'object'
