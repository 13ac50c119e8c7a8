import { connectPatience, type FeedConnection } from './feed-connection.ts'
import { moment } from './feed-log.ts'
import { type FeedPage, readFeedPage } from './feed-page.ts'

/** Follows by long polls, where no stream comes through. Throws when one fails; then a stream is tried again. */
export async function pollFeed(options: FeedConnection): Promise<void> {
  const { log, url, fetchJson, headers, maxSilence, connection, closing, hear, switchTo } = options
  const asked = moment()
  const wait = Math.max(1, Math.floor(maxSilence / 3000))
  let base: FeedPage | null = null
  try {
    while (!closing.aborted) {
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
    switchTo('stream')
    throw caught
  }
}
