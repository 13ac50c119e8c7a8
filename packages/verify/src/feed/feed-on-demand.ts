import type { FeedTransport, FeedTransportOptions } from './feed-transport.ts'
import { moment } from './feed-log.ts'
import { readFeedPage } from './feed-page.ts'
import { shared } from '../issuer/shared.ts'

/** Milliseconds for which a look-up is reused, and after which a failed one is repeated. */
const interval = 500

/** Looks when a token comes: for places where no connection outlives its request. */
export function askFeed({ log, address, fetchJson, headers }: FeedTransportOptions): FeedTransport {
  let error: Error | null = null
  let failedAt = -Infinity
  const ask = shared(async () => {
    try {
      const url = await address()
      for (let isComplete = false; !isComplete;) {
        const asked = moment()
        const { body } = await fetchJson(`${url}?${log.position()}&wait=0`, { headers })
        const page = readFeedPage(body)
        log.apply(page, page, asked)
        isComplete = page.complete
      }
      error = null
    } catch (caught) {
      error = caught as Error
      failedAt = Date.now()
    }
  })

  return {
    isCurrent: () => log.lag() < interval,
    catchUp: async () => (Math.abs(Date.now() - failedAt) < interval ? undefined : await ask()),
    kind: () => 'on demand',
    error: () => error,
    close() {},
  }
}
