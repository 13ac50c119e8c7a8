import { exampleVariable } from './layers.ts'
import { optionNames, settings, type OptionName, type Setting } from './settings.ts'

/** docs/reference/configuration.md. A test holds the committed file against this. */
export const renderConfigurationReference = (): string =>
  [introduction, ...groups().map(section), production].join('\n\n') + '\n'

const groups = (): string[] => [...new Set(optionNames.map((name) => settings[name].group))]

const section = (group: string): string =>
  [
    `## ${group}`,
    [
      '| variable | option | default | what it does |',
      '| --- | --- | --- | --- |',
      ...optionNames.filter((name) => settings[name].group === group).map(row),
    ].join('\n'),
  ].join('\n\n')

function row(name: OptionName): string {
  const { env, fallback, description, schema, secret }: Setting = settings[name]
  const about = [
    `${description}<br>`,
    `Expects ${escapeHtml(schema.description ?? '')}.`,
    secret ? ` May stand in a file: \`${env}_FILE\`.` : '',
    `<br>Example: ${code(exampleVariable(name))}`,
  ].join('')
  return `| \`${env}\` | \`${name}\` | ${showDefault(fallback)} | ${about} |`
}

function showDefault(fallback: Setting['fallback']): string {
  if (fallback === null || fallback === '') return 'none'
  if (typeof fallback === 'string') return code(fallback)
  return /[<:]/.test(fallback.text) ? code(fallback.text) : fallback.text
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

const escapeHtml = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('|', '\\|')

const introduction = `# Configuration

<!-- Made from packages/server/src/config/settings.ts. After a change there: npx vitest run packages/server/src/config -u -->

Everything can be left alone: without any setting the server runs on <http://localhost:4000> with SQLite.

A value is looked for in this order; the first one found counts.

1. The options given to \`createLatchkey\`.
2. The environment. A variable that is empty counts as not set. A secret can also stand in a file, whose path goes
   into the variable with \`_FILE\` behind its name; giving both is refused.
3. The file \`latchkey.config.json\` in the working folder, or the one that \`LATCHKEY_CONFIG\` names: a JSON object
   with the names of the options.
4. The default.

Durations are written like \`30s\`, \`15m\`, \`12h\` or \`7d\`; options may also be numbers of milliseconds. Lists are
separated by commas; options may also be arrays. \`latchkey config print\` shows what is in force, where it came from,
and no secret.

The server refuses to start with a setting that it does not know, cannot read or cannot reconcile with another. It
names all of them at once, and never shows the value of a secret.`

const production = `## In production

With \`NODE_ENV=production\` the server also refuses

- a \`PUBLIC_URL\` without https, for localhost too;
- a missing \`LATCHKEY_SECRET\`, and secrets that are placeholders or follow a pattern;
- secrets in files that other users of the machine can read, where this process could prevent it.`
