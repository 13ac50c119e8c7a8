import type { RevocationSource } from './access-token-check.ts'
import { readEvents } from './event-stream.ts'
import { type FeedPage, readFeedPage } from './feed-page.ts'
import { type Fetch, type FetchJson, IssuerError, readObject } from './fetch-json.ts'
import type { Metadata } from './metadata.ts'
import { createRevocationSet } from './revocation-set.ts'

export interface FeedOptions {
  metadata: () => Promise<Metadata>
  fetch: Fetch
  fetchJson: FetchJson
  /** Milliseconds after which what is known is too old to say that something is not revoked. */
  maxSilence: number
  /** A signing key was retired. */
  onKeyRevoked: () => void
}

export interface Feed extends RevocationSource {
  /** Follows the feed from now on. */
  start(): void
  /** Whether what is known here is complete, and young enough. */
  isLive(): boolean
  /** Resolves when it is live, when a try has failed, or after three seconds. */
  settled(): Promise<void>
  status(): FeedStatus
  close(): void
}

export interface FeedStatus {
  state: 'connecting' | 'live' | 'lost'
  /** Server-sent events, or long polls where a proxy lets no stream through. */
  transport: 'stream' | 'poll'
  /** Revocations that are in force. */
  entries: number
  /** Position in the issuer's log. */
  cursor: number
  /** Milliseconds since the log was last known here as a whole; null if it never was. */
  lag: number | null
  /** What went wrong at the last try; null while it goes well. */
  error: Error | null
}

/** Two clocks: one does not go on while the machine sleeps, the other may be set. Whichever says later is believed. */
interface Moment {
  steady: number
  wall: number
}

const patience = 3000
const longestPause = 10_000
const connectPatience = 5000
const wakeUp = new Error('the revocation feed is taken up again')

/**
 * Follows the issuer's revocation log: a stream of server-sent events, resumed from its cursor, or long polls where no
 * stream comes through. Never forgets what it knows because the connection broke, and says honestly how old that is.
 */
export function createFeed({ metadata, fetch, fetchJson, maxSilence, onKeyRevoked }: FeedOptions): Feed {
  const revoked = createRevocationSet(Date.now)
  const closing = new AbortController()
  let version = 0
  let cursor = 0
  let transport: FeedStatus['transport'] = 'stream'
  let completeAt: Moment | null = null
  let failures = 0
  let error: Error | null = null
  let connection = new AbortController()
  let following: Promise<void> | null = null
  let settle = Promise.withResolvers<void>()

  return {
    start: () => void (following ??= follow()),
    version: () => version,
    isRevoked: (fingerprints) => fingerprints.some(revoked.has),
    isLive: () => lag() <= maxSilence,
    settled,
    status,
    close() {
      closing.abort()
      connection.abort()
      settle.resolve()
    },
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      connection = new AbortController()
      try {
        const url = (await metadata()).revocationFeedEndpoint
        if (!url) throw new IssuerError('the issuer has no revocation feed')
        await (transport === 'stream' ? stream(url) : poll(url))
      } catch (caught) {
        // Woken up: no failure, and no reason to wait.
        if (connection.signal.reason === wakeUp) continue
        error = caught as Error
        failures++
        settleAll()
      }
      await pause(Math.min(longestPause, 100 * 2 ** failures) * (0.5 + Math.random() / 2))
    }
  }

  async function stream(url: string): Promise<void> {
    const asked = moment()
    const watchdog = createWatchdog(connectPatience)
    let heard = 0
    try {
      const response = await fetch(`${url}?since=${cursor}`, {
        headers: { accept: 'text/event-stream' },
        redirect: 'manual',
        signal: watchdog.signal,
      })
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') && response.body
      if (!response.ok || !isStream) {
        await response.body?.cancel()
        if (response.ok) transport = 'poll'
        throw new IssuerError(`the revocation feed answered ${response.status} and no stream`)
      }
      let base: FeedPage | null = null
      for await (const data of readEvents(response.body)) {
        const page = readFeedPage(readObject(data, url))
        apply(page, (base ??= page), asked)
        heard++
        watchdog.heard()
      }
    } catch (caught) {
      // Something on the way keeps the stream to itself.
      if (heard === 0 && watchdog.hasBarked()) transport = 'poll'
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
        const { body } = await fetchJson(`${url}?since=${cursor}&wait=${seconds}`, {
          patience: seconds * 1000 + connectPatience,
          signal: connection.signal,
        })
        const page = readFeedPage(body)
        apply(page, (base ??= page), asked)
      }
    } catch (caught) {
      transport = 'stream'
      throw caught
    }
  }

  /** `base` is the first page that `asked` brought. */
  function apply(page: FeedPage, base: FeedPage, asked: Moment): void {
    if (page.reset) {
      revoked.clear()
      cursor = page.cursor
    }
    // Something in between is missing: asked for again from here.
    if (page.since > cursor) throw new IssuerError('a piece of the revocation feed is missing')
    for (const { fingerprint, until } of page.entries) revoked.add(fingerprint, until)
    if (page.entries.length > 0 || page.reset) version++
    if (page.entries.some(({ kind }) => kind === 'key')) onKeyRevoked()
    const isNews = page.cursor >= cursor
    cursor = Math.max(cursor, page.cursor)
    if (page.complete && isNews) becomeComplete(page.at - base.at, asked)
  }

  /**
   * The first page shows the log at some time after it was asked for; a later one as much later as the server's own
   * clock says. So a page that was held up on the way is as old as it is, and no clock needs to agree with another.
   */
  function becomeComplete(later: number, asked: Moment): void {
    const [now, delay] = [moment(), Math.max(0, later)]
    const at = {
      steady: Math.min(now.steady, asked.steady + delay),
      wall: Math.min(now.wall, asked.wall + delay),
    }
    if (completeAt && at.steady < completeAt.steady) return
    completeAt = at
    failures = 0
    error = null
    if (lag() <= maxSilence) settleAll()
  }

  function lag(): number {
    if (!completeAt) return Infinity
    const now = moment()
    // A clock that was set back says nothing.
    return Math.max(now.steady - completeAt.steady, now.wall - completeAt.wall)
  }

  async function settled(): Promise<void> {
    // While tries fail nobody waits for the next one.
    if (lag() <= maxSilence || failures > 0 || closing.signal.aborted) return
    // Silent for too long, after a sleep perhaps: the connection may be dead without knowing.
    if (completeAt) connection.abort(wakeUp)
    const { promise, resolve } = Promise.withResolvers<void>()
    const limit = setTimeout(resolve, patience)
    await Promise.race([settle.promise, promise])
    clearTimeout(limit)
  }

  function settleAll(): void {
    settle.resolve()
    settle = Promise.withResolvers<void>()
  }

  function status(): FeedStatus {
    const [age, isKnown] = [lag(), completeAt !== null]
    return {
      state: age <= maxSilence ? 'live' : isKnown || failures > 0 ? 'lost' : 'connecting',
      transport,
      entries: revoked.size(),
      cursor,
      lag: isKnown ? age : null,
      error,
    }
  }

  /** Ends a connection on which nothing is heard any more. */
  function createWatchdog(first: number) {
    const own = connection
    let barked = false
    const bark = () => {
      barked = true
      own.abort(new IssuerError('the revocation feed is silent'))
    }
    let timer = setTimeout(bark, first)
    return {
      signal: own.signal,
      hasBarked: () => barked,
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

const moment = (): Moment => ({ steady: performance.now(), wall: Date.now() })
