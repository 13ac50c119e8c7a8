import type { Goal, Result, Table } from './result.ts'

/** One result as Markdown that also reads well in a terminal. */
export function toMarkdown({ title, tables, goals }: Result): string {
  const parts = [`## ${title}`, ...tables.map(tableText)]
  if (goals.length > 0) parts.push(tableText(goalsTable(goals)))
  return parts.join('\n\n')
}

export function machineLine({ machine, at, quick, others }: Result): string {
  const { processor, cores, memoryGigabytes, system, node, sqlite, postgres, fsyncMilliseconds } = machine
  return [
    `${processor}, ${cores} cores, ${memoryGigabytes} GB, ${system}; Node ${node}, SQLite ${sqlite}, PostgreSQL ${postgres};`,
    `a write with fsync takes ${fsyncMilliseconds} ms; ${at.slice(0, 10)};`,
    `other programs had ${others === null ? 'an unknown share' : `${(others * 100).toFixed(0)} %`} of the processors${quick ? '; a quick run: figures are rough' : ''}`,
  ].join(' ')
}

function goalsTable(goals: readonly Goal[]): Table {
  const rows = goals.map(({ goal, reached, met }) => [goal, reached, met ? 'yes' : 'no'])
  return { title: 'Against the goals', columns: ['goal', 'this run', 'met'], rows }
}

function tableText({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => align(cell, column, widths[column] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (column === 0 ? '-' : ':')).join('|')}|`
  return [`**${title}**`, '', line(cells[0] ?? []), rule, ...cells.slice(1).map(line)].join('\n')
}

const align = (cell: string, column: number, width: number): string =>
  column === 0 ? cell.padEnd(width) : cell.padStart(width)
