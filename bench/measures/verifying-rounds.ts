import { interleave } from '../harness/contest.ts'
import { figure, figures } from '../harness/format.ts'
import type { Table } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { ratios, spread } from '../harness/statistics.ts'
import type { Report } from '../harness/verifying-process.ts'
import type { Verifying } from '../harness/verifying.ts'
import type { Verifier } from '../verifiers/verifier.ts'

/** The reports of each verifier, round by round, with one caller and with sixteen. */
export interface Rounds {
  readonly 1: ReadonlyMap<string, readonly Report[]>
  readonly 16: ReadonlyMap<string, readonly Report[]>
}

export const crowds = [1, 16] as const

/** Every verifier in turn, first alone and then with sixteen callers. */
export async function playRounds(
  contenders: readonly Verifying[],
  { quick }: Scope,
  play: (one: Verifying, callers: 1 | 16) => Promise<Report>,
): Promise<Rounds> {
  const alone = await playWith(1)
  return { 1: alone, 16: await playWith(16) }

  async function playWith(callers: 1 | 16): Promise<ReadonlyMap<string, readonly Report[]>> {
    await interleave(contenders, 1, (one) => play(one, callers)) // compiles what is hot
    const samples = await interleave(contenders, quick ? 2 : 7, (one) => play(one, callers))
    return new Map([...samples].map(([{ name }, reports]) => [name, reports]))
  }
}

/** The limit, which is the first, is always in. */
export function askedOf(verifiers: readonly Verifier[], { only }: Scope): Verifier[] {
  return verifiers.filter(
    ({ name }, turn) => turn === 0 || only.length === 0 || only.some((part) => name.includes(part)),
  )
}

export function rateTable(title: string, limit: string, rounds: Rounds): Table {
  const against = (name: string, callers: 1 | 16) => [
    figures(spread(rates(rounds, name, callers))),
    figures(ratios(rates(rounds, name, callers), rates(rounds, limit, callers))),
  ]
  return {
    title,
    columns: ['', 'tokens/s, one caller', `× ${limit}`, 'tokens/s, 16 callers', `× ${limit}`, 'processor µs'],
    rows: [...rounds[16]].map(([name, reports]) => [
      name,
      ...against(name, 1),
      ...against(name, 16),
      figure(spread(reports.map(({ processor }) => processor)).median),
    ]),
  }
}

/** Tokens per second in each round. */
export function rates(rounds: Rounds, name: string, callers: 1 | 16): number[] {
  return (rounds[callers].get(name) ?? []).map(({ tokens, seconds }) => tokens / seconds)
}

/** As results/*.json hold them. */
export function samplesOf(rounds: Rounds): object {
  return { 'one caller': Object.fromEntries(rounds[1]), '16 callers': Object.fromEntries(rounds[16]) }
}
