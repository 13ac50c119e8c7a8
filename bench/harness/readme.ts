import { readFileSync, writeFileSync } from 'node:fs'
import { machineLine, toMarkdown } from './markdown.ts'
import type { Result } from './result.ts'

const file = new URL('../README.md', import.meta.url)

/** Puts the tables of this result between its marks in the README, so that the page shows what was measured. */
export function showInReadme(result: Result): void {
  const [start, end] = [`<!-- ${result.measure} -->`, `<!-- /${result.measure} -->`]
  const text = readFileSync(file, 'utf8')
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from === -1 || to === -1) throw new Error(`bench/README.md has no marks for ${result.measure}`)
  const tables = `${start}\n${toMarkdown(result)}\n\n${machineLine(result)}.\n${end}`
  writeFileSync(file, text.slice(0, from) + tables + text.slice(to + end.length))
}
