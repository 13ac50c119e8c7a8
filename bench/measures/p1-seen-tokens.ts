import { figures } from '../harness/format.ts'
import type { Findings, Goal } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { ratios, spread } from '../harness/statistics.ts'
import { type Algorithm, algorithms, openTokenIssuer } from '../harness/token-issuer.ts'
import { withVerifying } from '../harness/verifying.ts'
import { forSeenTokens } from '../verifiers/index.ts'
import { askedOf, crowds, playRounds, rates, rateTable, type Rounds, samplesOf } from './verifying-rounds.ts'

interface Outcome {
  readonly algorithm: Algorithm
  readonly rounds: Rounds
}

const distinctTokens = 1000

/** P1: access tokens that were verified before, with revocation check, on one core. */
export async function measureSeenTokens(scope: Scope): Promise<Findings> {
  const outcomes: Outcome[] = []
  const seconds = scope.quick ? 0.2 : 0.7
  for (const algorithm of algorithms) {
    const issuer = await openTokenIssuer(algorithm, distinctTokens)
    const rounds = await withVerifying(askedOf(forSeenTokens, scope), issuer, (contenders) =>
      playRounds(contenders, scope, (one, callers) => one.order({ do: 'seen', callers, seconds })),
    )
    issuer.close()
    outcomes.push({ algorithm, rounds })
  }
  return {
    title: 'P1: verifying a token that was seen before',
    tables: outcomes.map(({ algorithm, rounds }) => rateTable(algorithm, 'Map', rounds)),
    goals: outcomes.flatMap(goalsOf),
    samples: outcomes.map(({ algorithm, rounds }) => ({ algorithm, ...samplesOf(rounds) })),
  }
}

function goalsOf({ algorithm, rounds }: Outcome): Goal[] {
  return crowds.flatMap((callers): Goal[] => {
    const own = rates(rounds, 'latchkey', callers)
    if (own.length === 0) return []
    const rate = spread(own)
    const ratio = ratios(own, rates(rounds, 'fast-jwt with cache', callers))
    const share = ratios(own, rates(rounds, 'Map', callers))
    const who = `${algorithm}, ${callers === 1 ? 'one caller' : '16 callers'}`
    return [
      { goal: `${who}: ≥ 800,000/s on one core`, reached: figures(rate), met: rate.median >= 800_000 },
      { goal: `${who}: ≥ 0.8 × Map`, reached: figures(share), met: share.median >= 0.8 },
      { goal: `${who}: ≥ 2 × fast-jwt with cache`, reached: figures(ratio), met: ratio.median >= 2 },
    ]
  })
}
