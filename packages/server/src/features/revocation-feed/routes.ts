import { milliseconds, seconds, sessionRoutes } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import { listRevocations, readHead, type RevocationRow } from '../../core/revocations/store.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { isoTime } from '../../core/iso-time.ts'

/** Followers that may wait at the same time; each costs a socket and a timer. */
const mostFollowers = 1000
const pageSize = 1000
/** Followers take a silence of three of these for a loss. */
const heartbeat = seconds(5)

export interface RevocationFeedOptions {
  db: Database
  ports: Ports
  revocations: RevocationLog
}

/** The revocation log for those who verify tokens by themselves: long poll, or server-sent events. */
export function createRevocationFeedRoutes({ db, ports, revocations }: RevocationFeedOptions): Route[] {
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

  async function poll(since: number | null, wait: number, signal: AbortSignal) {
    followers++
    try {
      return await next(since, wait, signal)
    } finally {
      followers--
    }
  }

  /** Without a cursor: everything that is still in force, at once. */
  async function next(since: number | null, wait: number, signal: AbortSignal) {
    const until = performance.now() + wait
    for (;;) {
      const changed = revocations.changed(milliseconds(Math.max(0, until - performance.now())), signal)
      const page = await read(since ?? 0)
      if (since === null || page.entries.length > 0 || page.reset) return page
      if (performance.now() >= until || signal.aborted || revocations.isReleased()) return page
      await changed
    }
  }

  async function read(since: number) {
    const at = isoTime(ports.now())
    const head = await readHead(db)
    // A cursor from the future: the database was restored, and everything in force must be read again.
    const reset = since > head.seq
    const rows = await listRevocations(db, reset ? 0 : since, pageSize)
    const cursor = rows.at(-1)?.seq ?? head.seq
    return { since, entries: rows.map(toEntry), cursor, reset, complete: cursor >= head.seq, at }
  }

  function stream(since: number | null, { signal }: RequestContext): Response {
    const encoder = new TextEncoder()
    const leave = enter(signal)
    let page: Page | null = null
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
      // A page when the one before has gone: a log of a million neither holds up the others nor fills our memory.
      async pull(controller) {
        try {
          // At once, news or not: the follower learns that nothing is missing, and what time it is here.
          page = page ? await next(page.cursor, heartbeat, signal) : await read(since ?? 0)
          if (signal.aborted) return
          controller.enqueue(encoder.encode(toEvent(page)))
          if (!revocations.isReleased()) return
          controller.close()
          leave()
        } catch (error) {
          leave()
          throw error
        }
      },
      cancel: leave,
    })
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    })
  }

  /** Counts a follower until it leaves, which it may do in more than one way. */
  function enter(signal: AbortSignal): () => void {
    let isHere = true
    const leave = () => {
      if (isHere) followers--
      isHere = false
      signal.removeEventListener('abort', leave)
    }
    followers++
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    return leave
  }
}

interface Page {
  since: number
  entries: ReturnType<typeof toEntry>[]
  cursor: number
  reset: boolean
  complete: boolean
  at: string
}

/** A page without entries keeps the connection alive and tells the follower that nothing is missing. */
function toEvent(page: Page): string {
  const event = page.reset ? 'reset' : page.entries.length > 0 ? 'revocations' : 'heartbeat'
  return [`id: ${page.cursor}`, `event: ${event}`, `data: ${JSON.stringify(page)}`, '', ''].join('\n')
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
