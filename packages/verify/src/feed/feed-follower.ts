import type { FeedConnection } from './feed-connection.ts'
import { pollFeed } from './feed-poll.ts'
import { streamFeed } from './feed-stream.ts'
import type { FeedTransport, FeedTransportOptions } from './feed-transport.ts'

/** Milliseconds that a token waits for the log to become known. */
const patience = 3000
const longestPause = 10_000
const wakeUp = new Error('the revocation feed is taken up again')

/** Keeps a stream of server-sent events, resumed from the cursor, or long polls where no stream comes through. */
export function followFeed({ address, ...options }: FeedTransportOptions): FeedTransport {
  const { log, maxSilence } = options
  const closing = new AbortController()
  let connection = new AbortController()
  let following: Promise<void> | null = null
  let kind: 'stream' | 'poll' = 'stream'
  let failures = 0
  let error: Error | null = null
  /** True after a wake-up until something is heard: callers that come meanwhile wait for the same. */
  let isWoken = false
  let outcome = Promise.withResolvers<void>()

  return {
    isCurrent: isLive,
    catchUp,
    kind: () => kind,
    error: () => error,
    close() {
      closing.abort()
      connection.abort()
      outcome.resolve()
    },
  }

  async function catchUp(): Promise<void> {
    following ??= follow()
    // While tries fail, callers do not wait for the next one.
    if (isLive() || failures > 0 || closing.signal.aborted) return
    // Silent for too long, after a sleep perhaps: the connection may be dead without knowing.
    if (log.lag() !== Infinity && !isWoken) {
      isWoken = true
      connection.abort(wakeUp)
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const limit = setTimeout(resolve, patience)
    await Promise.race([outcome.promise, promise])
    clearTimeout(limit)
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      connection = new AbortController()
      try {
        await connect(await address())
      } catch (caught) {
        // Woken up: no failure, and no reason to wait.
        if (connection.signal.reason === wakeUp) continue
        error = caught as Error
        failures++
        tellThoseWhoWait()
      }
      await pause(Math.min(longestPause, 100 * 2 ** failures) * (0.5 + Math.random() / 2), closing.signal)
    }
  }

  function connect(url: string): Promise<void> {
    const through = kind === 'stream' ? streamFeed : pollFeed
    return through({ ...options, url, connection, closing: closing.signal, hear, switchTo })
  }

  function switchTo(other: typeof kind): void {
    kind = other
  }

  function hear(...page: Parameters<FeedConnection['hear']>): void {
    log.apply(...page)
    if (!isLive()) return
    failures = 0
    error = null
    tellThoseWhoWait()
  }

  function tellThoseWhoWait(): void {
    isWoken = false
    outcome.resolve()
    outcome = Promise.withResolvers<void>()
  }

  function isLive(): boolean {
    return log.lag() <= maxSilence
  }
}

async function pause(milliseconds: number, closing: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  closing.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
