import type { Command as Parser } from 'commander'
import { createProgram, nameOf } from './program.ts'

/** docs/reference/cli.md. A test holds the committed file against this. */
export function renderCliReference(): string {
  const program = createProgram({ words: [], call: () => {}, complain: () => {} })
  const help = program.createHelp()
  return [introduction, ...help.visibleCommands(program).map(section)].join('\n\n') + '\n'
}

function section(parser: Parser): string {
  const help = parser.createHelp()
  const rows = help
    .visibleOptions(parser)
    .map(({ flags, description }) => `| \`${flags}\` | ${escape(description)} |`)
  return [
    `## ${nameOf(parser)}`,
    escape(parser.description().replace('\n\n', ' ')),
    `    ${help.commandUsage(parser)}`,
    ['| option | what it does |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n')
}

const escape = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('|', '\\|')

const introduction = `# Command line

<!-- Made from packages/server/src/cli/commands. After a change there: npx vitest run packages/server/src/cli -u -->

\`npx latchkey <command>\`. Every command reads the same configuration as the server ([configuration](configuration.md)),
so it works on the same database; a running server notices what it changes within a second. \`npx latchkey --version\` prints
the release.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | refused, or failed |
| 2 | called wrongly |
| 3 | the configuration has faults, or the secret is not the one that was used before |
| 4 | the database, or the port of the server, is not available |

A fault is one sentence on standard error; \`LOG_LEVEL=debug\` adds where it came from. With \`--json\` the result on
standard output is JSON.`
