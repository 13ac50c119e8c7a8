import { createGuesses, type Guessed, type Hits } from '../../core/limits/guesses.ts'
import type { KnownDevices } from '../../core/limits/known-device.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { networkOfCaller, type RequestContext } from '../../core/request/request-context.ts'
import { codeGuessing, guessesPerDay } from './code-limits.ts'

/** Counts answers to codes that were sent, for the account or number, the day, and the network. */
export interface CodeGuesses {
  /** Counts a try before the code is checked; null if the ticket names nobody. Throws AuthError `rate_limited`. */
  take(guessed: Guessed | null, request: RequestContext): Promise<CodeHits | null>
  /** Takes back the count after a right answer. */
  forgive(hits: CodeHits | null): Promise<void>
}

export interface CodeHits {
  hits: Hits
  /** The subject of the daily limit: a known device counts apart, as in {@link codeGuessing}. */
  day: string
}

export function createCodeGuesses(limits: Limits, knownDevices: KnownDevices): CodeGuesses {
  const guesses = createGuesses(limits, knownDevices, codeGuessing)
  return {
    async take(guessed, request) {
      if (!guessed) {
        await limits.take(codeGuessing.perNetwork, networkOfCaller(request))
        return null
      }
      const hits = await guesses.take(guessed, request)
      const day = hits[0][1]
      await limits.take(guessesPerDay, day)
      return { hits, day }
    },
    async forgive(taken) {
      if (!taken) return
      const { hits, day } = taken
      await guesses.forgive(hits)
      await limits.giveBack(guessesPerDay, day)
    },
  }
}
