import { IssuerError, readObject } from '../issuer/fetch-json.ts'
import { readEvents } from './event-stream.ts'
import type { FeedConnection } from './feed-connection.ts'
import { moment } from './feed-log.ts'
import { type FeedPage, readFeedPage } from './feed-page.ts'
import { createWatchdog } from './watchdog.ts'

/** Follows by server-sent events, from the cursor on. Throws when the stream breaks. */
export async function streamFeed(options: FeedConnection): Promise<void> {
  const { log, url, fetch, headers, maxSilence, connection, hear, switchTo } = options
  const asked = moment()
  const watchdog = createWatchdog(connection, maxSilence)
  let base: FeedPage | null = null
  try {
    const response = await fetch(`${url}?${log.position()}`, {
      headers: { ...headers, accept: 'text/event-stream' },
      redirect: 'manual',
      signal: connection.signal,
    })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (!response.ok || !isStream || !response.body) {
      await response.body?.cancel()
      if (response.ok) switchTo('poll')
      throw new IssuerError(`the revocation feed answered ${response.status} and no stream`)
    }
    for await (const data of readEvents(response.body)) {
      const page = readFeedPage(readObject(data, url))
      hear(page, (base ??= page), asked)
      watchdog.heard()
    }
  } catch (caught) {
    // Something on the way keeps the stream to itself.
    if (!base && watchdog.hasBarked()) switchTo('poll')
    throw caught
  } finally {
    watchdog.stop()
  }
}
