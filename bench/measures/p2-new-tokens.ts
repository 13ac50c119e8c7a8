import { interleave } from '../harness/contest.ts'
import { figure, figures } from '../harness/format.ts'
import type { Findings, Goal, Table } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { ratios, spread } from '../harness/statistics.ts'
import { type Algorithm, algorithms, openTokenIssuer } from '../harness/token-issuer.ts'
import type { Report } from '../harness/verifying-process.ts'
import { withVerifying } from '../harness/verifying.ts'
import { fastJwtCached } from '../verifiers/fast-jwt.ts'
import { forNewTokens } from '../verifiers/index.ts'
import { askedOf, crowds, playRounds, rates, rateTable, type Rounds, samplesOf } from './verifying-rounds.ts'

interface Outcome {
  readonly algorithm: Algorithm
  readonly rounds: Rounds
}

/** By verifier, round by round. */
type Reports = ReadonlyMap<string, readonly Report[]>

/** Enough for a second or so of the slowest. */
const tokensARound = { ES256: 8000, EdDSA: 6000, RS256: 10_000, HS256: 40_000 }
const many = 100_000
const abreast = 16

/** P2: new access tokens on one core; the memory they leave, and their effect on the event loop. */
export async function measureNewTokens(scope: Scope): Promise<Findings> {
  const outcomes: Outcome[] = []
  for (const algorithm of algorithms) outcomes.push({ algorithm, rounds: await race(algorithm, scope) })
  const storm = await weather(scope)
  const memory = await fill(scope)
  return {
    title: 'P2: verifying a token that was never seen',
    tables: [
      ...outcomes.map(({ algorithm, rounds }) => rateTable(algorithm, 'node:crypto', rounds)),
      stormTable(storm),
      memoryTable(memory),
    ],
    goals: outcomes.flatMap(goalsOf),
    samples: {
      rates: outcomes.map(({ algorithm, rounds }) => ({ algorithm, ...samplesOf(rounds) })),
      storm: Object.fromEntries(storm),
      memory: Object.fromEntries(memory),
    },
  }
}

async function race(algorithm: Algorithm, scope: Scope): Promise<Rounds> {
  const issuer = await openTokenIssuer(algorithm, tokensARound[algorithm] / (scope.quick ? 10 : 1))
  const rounds = await withVerifying(askedOf(forNewTokens, scope), issuer, (contenders) =>
    playRounds(contenders, scope, (one, callers) => one.order({ do: 'new', callers })),
  )
  issuer.close()
  return rounds
}

/** ES256, since it is the default. */
async function weather(scope: Scope): Promise<Reports> {
  const issuer = await openTokenIssuer('ES256', tokensARound.ES256 / (scope.quick ? 10 : 1))
  const samples = await withVerifying(askedOf(forNewTokens, scope), issuer, (contenders) =>
    interleave(contenders, scope.quick ? 2 : 5, (one) => one.order({ do: 'storm', abreast })),
  )
  issuer.close()
  return new Map([...samples].map(([{ name }, reports]) => [name, reports]))
}

/** Once each: memory does not depend on the machine's mood. */
async function fill(scope: Scope): Promise<Reports> {
  const issuer = await openTokenIssuer('ES256', scope.quick ? many / 10 : many)
  const peers = askedOf(forNewTokens, scope).slice(1)
  const samples = await withVerifying([...peers, fastJwtCached], issuer, (contenders) =>
    interleave(contenders, 1, (one) => one.order({ do: 'fill' })),
  )
  issuer.close()
  return new Map([...samples].map(([{ name }, reports]) => [name, reports]))
}

function stormTable(storm: Reports): Table {
  const cell = (reports: readonly Report[], key: 'p50' | 'p99' | 'highest') =>
    figures(spread(reports.map(({ delay }) => delay?.[key] ?? Number.NaN)))
  return {
    title: `How late a timer is while ${abreast} new tokens come in every turn of the event loop, ES256, in milliseconds`,
    columns: ['', 'p50', 'p99', 'highest'],
    rows: [...storm].map(([name, reports]) => [
      name,
      cell(reports, 'p50'),
      cell(reports, 'p99'),
      cell(reports, 'highest'),
    ]),
  }
}

function memoryTable(memory: Reports): Table {
  return {
    title: 'Megabytes in use after so many different tokens, ES256, garbage collected',
    columns: ['', 'tokens', 'heap', 'resident'],
    rows: [...memory].map(([name, [report]]) => [
      name,
      (report?.tokens ?? 0).toLocaleString('en'),
      figure(report?.memory?.heap ?? Number.NaN),
      figure(report?.memory?.resident ?? Number.NaN),
    ]),
  }
}

/** The share of the bare signature to be reached, if it is not 0.9. */
const leastShare: Readonly<Record<string, number>> = { RS256: 0.75, HS256: 0.4 }

function goalsOf({ algorithm, rounds }: Outcome): Goal[] {
  const peers = [...rounds[1].keys()].filter((name) => name !== 'latchkey' && name !== 'node:crypto')
  return crowds.flatMap((callers): Goal[] => {
    const own = rates(rounds, 'latchkey', callers)
    if (own.length === 0) return []
    const who = `${algorithm}, ${callers === 1 ? 'one caller' : '16 callers'}`
    const against = (name: string) => ratios(own, rates(rounds, name, callers))
    const limit = against('node:crypto')
    const least = leastShare[algorithm] ?? 0.9
    return [
      { goal: `${who}: ≥ ${least} × node:crypto`, reached: figures(limit), met: limit.median >= least },
      // An HMAC is so quick that what the others leave out decides.
      ...(algorithm === 'HS256' ? [] : peers).map((name) => {
        const ratio = against(name)
        return { goal: `${who}: ahead of ${name}`, reached: figures(ratio), met: ratio.median > 1 }
      }),
    ]
  })
}
