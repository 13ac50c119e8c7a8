import type { UserId } from '@latchkey/contract'
import { networkOfCaller, type RequestContext } from '../request/request-context.ts'
import type { KnownDevices } from './known-device.ts'
import type { Hit, Limit, Limits } from './limits.ts'

/** How often something may be guessed. */
export interface GuessLimits {
  perAccount: Limit
  /** Limit for a browser that has signed in to the account before: strangers cannot use it up. */
  perKnownDevice: Limit
  perNetwork: Limit
}

/** Whose secret is guessed. */
export interface Guessed {
  /** Null for an account that does not exist, which is counted all the same. */
  userId: UserId | null
  /** The key that counts guesses at the account if the browser is not known. */
  subject: string
}

/** Counts guesses for an account and for the network they come from. */
export interface Guesses {
  /** Takes a hit from both before anything is looked at. Throws AuthError `rate_limited`. */
  take(guessed: Guessed, request: RequestContext): Promise<Hits>
  /** It was no guess: the account starts anew, and the network gets its hit back. */
  forgive(hits: Hits): Promise<void>
}

export type Hits = readonly [account: Hit, network: Hit]

export function createGuesses(limits: Limits, knownDevices: KnownDevices, limit: GuessLimits): Guesses {
  return {
    async take({ userId, subject }, request) {
      const isKnown = userId !== null && knownDevices.recognizes(request, userId)
      const account: Hit = isKnown ? [limit.perKnownDevice, userId] : [limit.perAccount, subject]
      const network: Hit = [limit.perNetwork, networkOfCaller(request)]
      await limits.takeBoth(account, network)
      return [account, network]
    },
    forgive: ([account, network]) => limits.forgive(account, network),
  }
}
