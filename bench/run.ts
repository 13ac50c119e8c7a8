// npm run bench [-- p4 p5 …] [--quick] [--only floor,latchkey]

import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { startPostgres } from '../test/support/postgres.ts'
import { buildLatchkey } from './harness/build.ts'
import { describeMachine } from './harness/machine.ts'
import { machineLine, toMarkdown } from './harness/markdown.ts'
import { watchOtherPrograms } from './harness/other-programs.ts'
import { showInReadme } from './harness/readme.ts'
import type { Findings, Result } from './harness/result.ts'
import type { Scope } from './harness/scope.ts'
import { measureSeenTokens } from './measures/p1-seen-tokens.ts'
import { measureNewTokens } from './measures/p2-new-tokens.ts'
import { measureGuardedRoutes } from './measures/p3-guarded-routes.ts'
import { measureCleanUp } from './measures/clean-up.ts'
import { measureOverload } from './measures/overload.ts'
import { measureRefresh } from './measures/p4-refresh.ts'
import { countStatements, measureDatabaseWork } from './measures/p5-database-work.ts'
import { measureInstallSize } from './measures/p11-install-size.ts'
import { measureSignIn } from './measures/p6-sign-in.ts'
import { measureStartAndMemory } from './measures/p8-start-and-memory.ts'
import { measureRevocations } from './measures/p9-revocations.ts'

const measures: Readonly<Record<string, (scope: Scope) => Promise<Findings>>> = {
  p1: measureSeenTokens,
  p2: measureNewTokens,
  p3: measureGuardedRoutes,
  p4: measureRefresh,
  p5: measureDatabaseWork,
  p6: measureSignIn,
  p8: measureStartAndMemory,
  p9: measureRevocations,
  p11: measureInstallSize,
  overload: measureOverload,
  'clean-up': measureCleanUp,
}

/** The share of the processors that other programs may have had in a run whose figures are published. */
const mostOthers = 0.05

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})
const asked = positionals.length > 0 ? positionals : Object.keys(measures)
const unknown = asked.find((name) => measures[name] === undefined)
if (unknown !== undefined)
  throw new TypeError(`no measure ${unknown}; there are ${Object.keys(measures).join(', ')}`)
// Through exit, so that servers and folders go as well.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

await buildLatchkey()
// fsync as in production. P5 needs the extension; it counts nothing until then.
const postgres = await startPostgres({
  fsync: true,
  settings: { shared_preload_libraries: 'pg_stat_statements' },
})
await countStatements(postgres.url, false)
const machine = { ...describeMachine(), postgres: await versionOf(postgres.url) }
for (const name of asked) {
  const scope = { quick: values.quick, only: values.only.split(',').filter(Boolean), postgres }
  const shareOfOthers = watchOtherPrograms()
  const findings = await measures[name]!(scope)
  const others = shareOfOthers()
  report({ measure: name, at: new Date().toISOString(), quick: scope.quick, machine, others, ...findings })
}
await postgres.remove()

/** A quick or partial run is for the eye; only a whole one on a quiet machine may replace what is committed. */
function report(result: Result): void {
  console.log(`\n${toMarkdown(result)}\n\n${machineLine(result)}`)
  const isWhole = !values.quick && values.only === ''
  const isQuiet = result.others !== null && result.others <= mostOthers
  if (isWhole && !isQuiet) console.log('\nNot published: other programs had too much of the processors.')
  const isPublished = isWhole && isQuiet
  const folder = new URL(isPublished ? 'results/' : 'tmp/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${result.measure}.json`, folder), `${JSON.stringify(result, null, 2)}\n`)
  if (isPublished) showInReadme(result)
}

async function versionOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  return rows[0]?.server_version ?? 'unknown'
}
