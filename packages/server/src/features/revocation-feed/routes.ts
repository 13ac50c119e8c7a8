import { milliseconds, seconds, sessionRoutes } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import { listRevocations, readHead, type RevocationRow } from '../../core/revocations/store.ts'
import { type RequestContext, type Route, serve } from '../../core/route.ts'
import { isoTime } from '../../core/users/account.ts'

/** Followers that may wait at the same time; each costs a socket and a timer. */
const mostFollowers = 1000
const pageSize = 1000
const heartbeat = seconds(15)

export interface RevocationFeedOptions {
  db: Database
  revocations: RevocationLog
}

/** The revocation log for those who verify tokens by themselves: long poll, or server-sent events. */
export function createRevocationFeedRoutes({ db, revocations }: RevocationFeedOptions): Route[] {
  let followers = 0

  return [
    serve(sessionRoutes.followRevocations, async ({ query, request }) => {
      if (followers >= mostFollowers) throw new AuthError('rate_limited', { retryAfter: 5 })
      const isStream = request.header('accept')?.includes('text/event-stream') ?? false
      const since = query.since ?? lastEventId(request)
      if (isStream) return stream(since, request)
      return { status: 200, body: await poll(since, seconds(query.wait), request.signal) }
    }),
  ]

  /** Without a cursor: everything that is still in force, at once. */
  async function poll(since: number | null, wait: number, signal: AbortSignal) {
    followers++
    try {
      const until = performance.now() + wait
      for (;;) {
        const changed = revocations.changed(milliseconds(Math.max(0, until - performance.now())), signal)
        const page = await read(since ?? 0)
        if (since === null || page.entries.length > 0 || page.reset) return page
        if (performance.now() >= until || signal.aborted || revocations.isReleased()) return page
        await changed
      }
    } finally {
      followers--
    }
  }

  async function read(since: number) {
    const head = await readHead(db)
    // A cursor from the future: the database was restored, and everything in force must be read again.
    const reset = since > head.seq
    const rows = await listRevocations(db, reset ? 0 : since, pageSize)
    return { entries: rows.map(toEntry), cursor: rows.at(-1)?.seq ?? head.seq, reset }
  }

  function stream(since: number | null, { signal }: RequestContext): Response {
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        const send = (text: string) => controller.enqueue(encoder.encode(text))
        let cursor = since
        send('retry: 1000\n\n')
        try {
          while (!signal.aborted && !revocations.isReleased()) {
            const page = await poll(cursor, heartbeat, signal)
            cursor = page.cursor
            send(toEvent(page))
          }
        } finally {
          if (!signal.aborted) controller.close()
        }
      },
    })
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    })
  }
}

type Page = { entries: ReturnType<typeof toEntry>[]; cursor: number; reset: boolean }

/** A comment keeps the connection alive and tells the follower that nothing is missing. */
function toEvent({ entries, cursor, reset }: Page): string {
  const lines = [`id: ${cursor}`]
  if (reset) lines.push('event: reset')
  else lines.push(entries.length > 0 ? 'event: revocations' : 'event: heartbeat')
  return [...lines, `data: ${JSON.stringify({ entries, cursor, reset })}`, '', ''].join('\n')
}

const toEntry = ({ seq, kind, hash, at, until }: RevocationRow) => ({
  seq,
  kind,
  hash: Buffer.from(hash).toString('base64url'),
  at: isoTime(at),
  until: isoTime(until),
})

function lastEventId({ header }: RequestContext): number | null {
  const id = Number(header('last-event-id') ?? NaN)
  return Number.isSafeInteger(id) && id >= 0 ? id : null
}
