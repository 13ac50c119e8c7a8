import { readEvents } from './event-stream.ts'
import type { FeedTransport, FeedTransportOptions } from './feed-transport.ts'
import { moment } from './feed-log.ts'
import { type FeedPage, readFeedPage } from './feed-page.ts'
import { IssuerError, readObject } from '../issuer/fetch-json.ts'

/** Milliseconds that a token waits for the log to become known. */
const patience = 3000
const connectPatience = 5000
const longestPause = 10_000
const wakeUp = new Error('the revocation feed is taken up again')

/** Keeps a stream of server-sent events, resumed from the cursor, or long polls where no stream comes through. */
export function followFeed({
  log,
  address,
  fetch,
  fetchJson,
  headers,
  maxSilence,
}: FeedTransportOptions): FeedTransport {
  const closing = new AbortController()
  let connection = new AbortController()
  let following: Promise<void> | null = null
  let transport: 'stream' | 'poll' = 'stream'
  let failures = 0
  let error: Error | null = null
  /** Taken up again, and nothing heard since: those who come now wait for the same. */
  let isWoken = false
  let settle = Promise.withResolvers<void>()

  return {
    isCurrent: isLive,
    catchUp,
    transport: () => transport,
    error: () => error,
    close() {
      closing.abort()
      connection.abort()
      settle.resolve()
    },
  }

  async function catchUp(): Promise<void> {
    following ??= follow()
    // While tries fail nobody waits for the next one.
    if (isLive() || failures > 0 || closing.signal.aborted) return
    // Silent for too long, after a sleep perhaps: the connection may be dead without knowing.
    if (log.lag() !== Infinity && !isWoken) {
      isWoken = true
      connection.abort(wakeUp)
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const limit = setTimeout(resolve, patience)
    await Promise.race([settle.promise, promise])
    clearTimeout(limit)
  }

  function settleAll(): void {
    settle.resolve()
    settle = Promise.withResolvers<void>()
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      connection = new AbortController()
      try {
        const url = await address()
        await (transport === 'stream' ? stream(url) : poll(url))
      } catch (caught) {
        // Woken up: no failure, and no reason to wait.
        if (connection.signal.reason === wakeUp) continue
        error = caught as Error
        failures++
        isWoken = false
        settleAll()
      }
      await pause(Math.min(longestPause, 100 * 2 ** failures) * (0.5 + Math.random() / 2))
    }
  }

  async function stream(url: string): Promise<void> {
    const asked = moment()
    const watchdog = createWatchdog()
    let base: FeedPage | null = null
    try {
      const response = await fetch(`${url}?${log.position()}`, {
        headers: { ...headers, accept: 'text/event-stream' },
        redirect: 'manual',
        signal: watchdog.signal,
      })
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      if (!response.ok || !isStream || !response.body) {
        await response.body?.cancel()
        if (response.ok) transport = 'poll'
        throw new IssuerError(`the revocation feed answered ${response.status} and no stream`)
      }
      for await (const data of readEvents(response.body)) {
        const page = readFeedPage(readObject(data, url))
        hear(page, (base ??= page), asked)
        watchdog.heard()
      }
    } catch (caught) {
      // Something on the way keeps the stream to itself.
      if (!base && watchdog.hasBarked()) transport = 'poll'
      throw caught
    } finally {
      watchdog.stop()
    }
  }

  async function poll(url: string): Promise<void> {
    const asked = moment()
    const wait = Math.max(1, Math.floor(maxSilence / 3000))
    let base: FeedPage | null = null
    try {
      while (!closing.signal.aborted) {
        // The first one is answered at once: it says how the server's clock stands to ours.
        const seconds = base ? wait : 0
        const { body } = await fetchJson(`${url}?${log.position()}&wait=${seconds}`, {
          headers,
          patience: seconds * 1000 + connectPatience,
          signal: connection.signal,
        })
        const page = readFeedPage(body)
        hear(page, (base ??= page), asked)
      }
    } catch (caught) {
      transport = 'stream'
      throw caught
    }
  }

  function hear(...page: Parameters<typeof log.apply>): void {
    log.apply(...page)
    if (!isLive()) return
    failures = 0
    error = null
    isWoken = false
    settleAll()
  }

  function isLive(): boolean {
    return log.lag() <= maxSilence
  }

  /** Ends a connection on which nothing is heard any more. */
  function createWatchdog() {
    const own = connection
    let hasBarked = false
    const bark = () => {
      hasBarked = true
      own.abort(new IssuerError('the revocation feed is silent'))
    }
    let timer = setTimeout(bark, connectPatience)
    return {
      signal: own.signal,
      hasBarked: () => hasBarked,
      heard() {
        clearTimeout(timer)
        timer = setTimeout(bark, maxSilence)
      },
      stop: () => clearTimeout(timer),
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    closing.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    clearTimeout(timer)
  }
}
