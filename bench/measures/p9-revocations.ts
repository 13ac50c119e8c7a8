import type { Findings } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'
import { compareCrowds, crowdGoals, crowdTables } from './revocation-crowd.ts'
import { delayGoals, delayTable, measureDelays } from './revocation-delay.ts'

/** P9, as far as it speaks of revocations: how soon one is felt, and what a million of them cost who verifies. */
export async function measureRevocations(scope: Scope): Promise<Findings> {
  const delays = await measureDelays(scope)
  const crowds = await compareCrowds(scope)
  return {
    title: 'P9: revocations',
    tables: [delayTable(delays), ...crowdTables(crowds)],
    goals: [...delayGoals(delays), ...crowdGoals(crowds)],
    samples: { delays, crowds },
  }
}
