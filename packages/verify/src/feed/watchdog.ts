import { IssuerError } from '../issuer/fetch-json.ts'
import { connectPatience } from './feed-connection.ts'

export interface Watchdog {
  hasBarked(): boolean
  heard(): void
  stop(): void
}

/** Ends a connection on which nothing is heard any more. `maxSilence`: milliseconds. */
export function createWatchdog(connection: AbortController, maxSilence: number): Watchdog {
  let hasBarked = false
  const bark = () => {
    hasBarked = true
    connection.abort(new IssuerError('the revocation feed is silent'))
  }
  let timer = setTimeout(bark, connectPatience)
  return {
    hasBarked: () => hasBarked,
    heard() {
      clearTimeout(timer)
      timer = setTimeout(bark, maxSilence)
    },
    stop: () => clearTimeout(timer),
  }
}
