import { globSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Mutant, mutantsOf, mutate, sample } from './mutate/mutants.ts'
import { nearestTests } from './mutate/nearest-tests.ts'
import { TestRuns } from './mutate/test-runs.ts'

const usage = `npm run mutate -- FILE… [TEST…] [--floor 95] [--limit N] [--seed N] [--named PATTERN] [--patience SECONDS]

Changes one small thing of a source at a time, and says whether the tests notice. Without TEST, the nearest ones run.
  --floor    fails if fewer of a hundred mutants are killed
  --limit    so many mutants, drawn at random
  --seed     draws others
  --named    of the tests, those with such a name; TEST_STORES=sqlite is another way to be quick
  --patience so many seconds more than five times what the tests need, and a mutant is stuck, which is killed; 60`

/** A mutant that needs so many times the time of the tests, and the patience beyond it, is stuck. */
const mostTimes = 5
const mostPatience = 3_600_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    floor: { type: 'string', default: '0' },
    limit: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    named: { type: 'string' },
    patience: { type: 'string', default: '60' },
  },
})
const isTest = (path: string) => /\.test\.tsx?$/.test(path)
const filesOf = (patterns: readonly string[]) => patterns.flatMap((pattern) => globSync(pattern)).sort()
const tests = filesOf(positionals.filter(isTest))
// Only the files that contain code of their own, not tests or declarations.
const sources = filesOf(positionals.filter((path) => !isTest(path))).filter(
  (file) => /\.tsx?$/.test(file) && !/\.(?:test|d)\.tsx?$/.test(file),
)
const runs = new TestRuns(values.named)
process.once('SIGINT', () => void runs.close().finally(() => process.exit(130)))
try {
  process.exitCode = await main()
} finally {
  await runs.close()
}

async function main(): Promise<number> {
  const all = sources.flatMap((file) => mutantsOf(file, readFileSync(file, 'utf8')))
  const mutants = sample(all, Number(values.limit), Number(values.seed))
  if (mutants.length === 0) return refuse(all.length === 0 ? usage : 'Nothing to change.')
  const limits = new Map<string, number>()
  for (const { file } of mutants) {
    const key = testsOf(file).join(' ')
    if (limits.has(key)) continue
    const startedAt = Date.now()
    const { as, by = 'no test' } = await runs.run(testsOf(file), { limit: mostPatience })
    if (as !== 'passed') return refuse(`${file} as it is: ${key} ${as} (${by}).`)
    limits.set(
      key,
      Math.min(mostPatience, 1000 * Number(values.patience) + mostTimes * (Date.now() - startedAt)),
    )
  }
  let killed = 0
  for (const mutant of mutants)
    if (await isKilled(mutant, limits.get(testsOf(mutant.file).join(' '))!)) killed++
  const share = (100 * killed) / mutants.length
  console.log(`${killed} of ${mutants.length} killed (${share.toFixed(1)} %)`)
  return share < Number(values.floor) ? 1 : 0
}

function testsOf(file: string): string[] {
  return tests.length > 0 ? tests : nearestTests(file)
}

async function isKilled(mutant: Mutant, limit: number): Promise<boolean> {
  const source = readFileSync(mutant.file, 'utf8')
  const text = mutate(source, mutant)
  const { as } = await runs.run(testsOf(mutant.file), { changed: { file: mutant.file, text }, limit })
  const killed = as !== 'passed'
  console.log(`${killed ? 'killed  ' : 'survived'}  ${mutant.file}:${mutant.line}  ${mutant.what}`)
  console.log(differenceOf(source, mutant))
  return killed
}

/** The lines that differ, as they were and as they are. */
function differenceOf(source: string, mutant: Mutant): string {
  const from = source.lastIndexOf('\n', mutant.start - 1) + 1
  const to = source.indexOf('\n', mutant.end)
  const before = source.slice(from, to)
  const after = source.slice(from, mutant.start) + mutant.text + source.slice(mutant.end, to)
  const mark = (text: string, sign: string) => text.replace(/^/gm, `  ${sign} `)
  return `${mark(before, '-')}\n${mark(after, '+')}`
}

function refuse(why: string): number {
  console.error(why)
  return 2
}
