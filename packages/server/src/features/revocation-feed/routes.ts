import { milliseconds, oauthRoutes, seconds, sessionRoutes } from '@latchkey/contract'
import { isSame } from '../../core/bytes.ts'
import type { Database } from '../../db/database.ts'
import { createPlaces, type Leave } from '../../core/limits/places.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Metrics } from '../../core/metrics/metrics.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import { listRevocations, type RevocationRow, type Seen } from '../../core/revocations/store.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { AuthenticateKey } from '../feature.ts'
import { createMarks } from './marks.ts'
import { type Position, readHeldAgainst } from './position.ts'

/** Followers that may wait at the same time; each costs a socket and a timer. */
const followers = { most: 1000, mostAnonymous: 750, mostAnonymousPerNetwork: 50 }
/** The scope of the keys that services have to check tokens. */
const ofVerifiers = oauthRoutes.introspect.asks.callers.serviceAccountKey
const pageSize = 1000
/** Followers take a silence of three of these for a loss. */
const heartbeat = seconds(5)

export interface RevocationFeedOptions {
  db: Database
  ports: Ports
  ring: Keyring
  revocations: RevocationLog
  metrics: Pick<Metrics, 'watch'>
  /** Each for a kind of keys. */
  authenticators: readonly AuthenticateKey[]
}

/**
 * Routes of the revocation log for services that verify tokens themselves: long poll, or server-sent events. Anybody
 * may follow it; a quarter of the places is kept for services that show their key.
 */
export function createRevocationFeedRoutes({
  db,
  ports,
  ring,
  revocations,
  metrics,
  authenticators,
}: RevocationFeedOptions): Route[] {
  const marks = createMarks(ring)
  const places = createPlaces(followers)
  metrics.watch('latchkey_revocation_followers', 'Who follows the revocation log.', () => places.taken)

  return [
    serve(sessionRoutes.followRevocations, async ({ query, request }) => {
      const isStream = request.header('accept')?.includes('text/event-stream') ?? false
      const from = positionOf(query) ?? lastEventId(request)
      const place = await takePlace(request)
      if (isStream) return stream(from, place)
      return { status: 200, body: await poll(from, seconds(query.wait), place) }
    }),
  ]

  /** The place is released when the caller leaves; another caller may take it over before. */
  async function takePlace(request: RequestContext): Promise<Place> {
    const isKnown = await isService(request)
    const end = new AbortController()
    const give = places.enter({ network: networkOfCaller(request), isKnown }, () => end.abort())
    const leave = () => {
      give()
      request.signal.removeEventListener('abort', leave)
    }
    request.signal.addEventListener('abort', leave)
    if (request.signal.aborted) leave()
    return { signal: AbortSignal.any([request.signal, end.signal]), evicted: end.signal, leave }
  }

  /** False for a key that is revoked or may not introspect: its service still follows, as an anonymous caller. */
  async function isService(request: RequestContext): Promise<boolean> {
    const { bearer } = request
    if (!bearer?.startsWith('lkk_')) return false
    const found = await Promise.allSettled(
      authenticators.map((authenticateKey) => authenticateKey(bearer, originOf(request))),
    )
    return found.some(
      (each) =>
        each.status === 'fulfilled' &&
        each.value.owner.kind === 'service_account' &&
        each.value.scopes.includes(ofVerifiers),
    )
  }

  async function poll(from: Position | null, wait: number, { signal, leave }: Place) {
    try {
      return (await next(from, wait, signal)).page
    } finally {
      leave()
    }
  }

  /** Without a position: returns everything still in force, at once. */
  async function next(from: Position | null, wait: number, signal: AbortSignal): Promise<Piece> {
    const until = performance.now() + wait
    for (;;) {
      const changed = revocations.changed(milliseconds(Math.max(0, until - performance.now())), signal)
      const piece = await read(from ?? start)
      if (from === null || piece.page.entries.length > 0 || piece.page.reset) return piece
      if (performance.now() >= until || signal.aborted || revocations.isReleased()) return piece
      await changed
    }
  }

  async function read(from: Position): Promise<Piece> {
    const at = isoTime(ports.now())
    const head = await readHeldAgainst({ db, revocations, marks }, from)
    const reset = !isOf(head, from)
    const rows = await listRevocations(db, reset ? 0 : from.since, pageSize)
    const last = rows.at(-1)
    const cursor = last?.seq ?? head.seq
    const entries = rows.map(toEntry)
    const complete = cursor >= head.seq
    const known = last?.hash ?? (cursor === from.since ? head.hash : null)
    const mark = marks.of({ logId: head.logId, seq: cursor, hash: known })
    return {
      page: { log: head.logId, since: from.since, entries, cursor, mark, reset, complete, at },
      end: { since: cursor, log: head.logId, entry: last?.hash ?? (reset ? null : from.entry), mark },
    }
  }

  function stream(from: Position | null, { signal, evicted, leave }: Place): Response {
    const encoder = new TextEncoder()
    let piece: Piece | null = null
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
      // Sends a page when the one before has gone: a log of a million neither delays others nor fills the memory.
      async pull(controller) {
        try {
          // Sent at once, with or without entries: the follower learns that nothing is missing, and the server's time.
          piece = piece ? await next(piece.end, heartbeat, signal) : await read(from ?? start)
          if (evicted.aborted) return controller.close()
          if (signal.aborted) return
          controller.enqueue(encoder.encode(toEvent(piece.page)))
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
}

interface Place {
  /** Ends with the request, and with the place. */
  signal: AbortSignal
  evicted: AbortSignal
  leave: Leave
}

const start: Position = { since: 0, log: null, entry: null, mark: null }

/** True if a follower's position fits this log, as far as it says: a standby that lacks entries may have taken over. */
function isOf(head: Seen, { since, log, entry }: Position): boolean {
  if (since > head.seq || (log !== null && log !== head.logId)) return false
  return !entry || !head.hash || isSame(entry, head.hash)
}

interface Piece {
  page: Page
  end: Position
}

interface Page {
  log: string
  since: number
  entries: ReturnType<typeof toEntry>[]
  cursor: number
  mark: string
  reset: boolean
  complete: boolean
  at: string
}

/** A page without entries keeps the connection alive and tells the follower that nothing is missing. */
function toEvent(page: Page): string {
  const event = page.reset ? 'reset' : page.entries.length > 0 ? 'revocations' : 'heartbeat'
  return [`id: ${page.log}:${page.cursor}`, `event: ${event}`, `data: ${JSON.stringify(page)}`, '', ''].join(
    '\n',
  )
}

const toEntry = ({ seq, kind, hash, at, until }: RevocationRow) => ({
  seq,
  kind,
  hash: Buffer.from(hash).toString('base64url'),
  at: isoTime(at),
  until: isoTime(until),
})

function positionOf({ since, log, entry, mark }: FeedQuery): Position | null {
  if (since === undefined) return null
  return {
    since,
    log: log ?? null,
    entry: entry === undefined ? null : Buffer.from(entry, 'base64url'),
    mark: mark ?? null,
  }
}

interface FeedQuery {
  since?: number | undefined
  log?: string | undefined
  entry?: string | undefined
  mark?: string | undefined
}

/** Parses the position that browsers and other clients of event streams send when they reconnect. */
function lastEventId({ header }: RequestContext): Position | null {
  const found = /^(?:([\w-]{1,64}):)?(\d{1,15})$/.exec(header('last-event-id') ?? '')
  return found && { since: Number(found[2]), log: found[1] ?? null, entry: null, mark: null }
}
