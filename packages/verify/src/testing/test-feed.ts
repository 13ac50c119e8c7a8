import { fingerprint, isTimed, type RevocationKind } from '../token/fingerprint.ts'
import { createBell } from './bell.ts'
import type { Clock } from './clock.ts'

/**
 * A revocation: a session id, a user id, a client id, a key id, or as `epoch` a `session id:epoch`, for machines
 * `service account id:epoch`. Of tokens issued until now: as `user_sessions` those of a user's sessions, as `role`
 * those of its holders.
 */
export type Revocation = { [Kind in RevocationKind]?: string }

/** The revocation log of the test issuer, and those who follow it. */
export interface TestFeed {
  append(kind: RevocationKind, subject: string): Promise<void>
  /** `issuedAt` in seconds since the epoch. */
  has(kind: RevocationKind, subject: string, issuedAt: number): boolean
  /** Resolves when every open stream has dealt with all entries; after a second at the latest. */
  told(): Promise<void>
  /** Server-sent events, or a long poll. */
  answer(request: Request): Promise<Response>
  /** Ends the streams and polls that are open. */
  hangUp(): void
}

interface Entry {
  seq: number
  kind: RevocationKind
  hash: string
  at: string
  until: string
}

interface Page {
  log: string
  since: number
  entries: Entry[]
  cursor: number
  reset: boolean
  complete: boolean
  at: string
}

/** Servers speak every five seconds when there is nothing to say. */
const heartbeat = 5000
const longestWait = 60
const pageSize = 1000
const patience = 1000
const name = 'test'
/** Longer than any access token is valid. */
const lifetime = 25 * 3_600_000

export function createTestFeed(clock: Clock): TestFeed {
  const entries: Entry[] = []
  /** The time until which issued tokens are revoked, in milliseconds since the epoch. */
  const subjects = new Map<string, number>()
  const followers = new Set<{ knows: number }>()
  const news = createBell()
  const progress = createBell()
  let hangUp = new AbortController()

  return {
    async append(kind, subject) {
      const hash = Buffer.from(await fingerprint(kind, subject)).toString('base64url')
      const now = clock.now()
      subjects.set(nameOf(kind, subject), isTimed(kind) ? now : Infinity)
      entries.push({
        seq: entries.length + 1,
        kind,
        hash,
        at: isoTime(now),
        until: isoTime(now + lifetime),
      })
      news.ring()
    },
    has: (kind, subject, issuedAt) => 1000 * issuedAt <= (subjects.get(nameOf(kind, subject)) ?? -1),
    async told() {
      const end = performance.now() + patience
      while ([...followers].some(({ knows }) => knows < entries.length) && performance.now() < end)
        await progress.heard(end - performance.now())
    },
    async answer(request) {
      const { searchParams } = new URL(request.url)
      const lastEventId = request.headers.get('last-event-id')?.split(':').at(-1)
      const since = Number(searchParams.get('since') ?? lastEventId ?? 0)
      const wait = Number(searchParams.get('wait') ?? 0)
      if (!(since >= 0 && wait >= 0 && wait <= longestWait)) return new Response(null, { status: 400 })
      const ends = AbortSignal.any([request.signal, hangUp.signal])
      if (request.headers.get('accept')?.includes('text/event-stream')) return stream(since, ends)
      if (since === entries.length && !ends.aborted) await news.heard(1000 * wait, ends)
      return Response.json(read(since))
    },
    hangUp() {
      hangUp.abort(new Error('the revocation feed is closed'))
      hangUp = new AbortController()
    },
  }

  function read(since: number): Page {
    // A cursor from the future: this is another log.
    const reset = since > entries.length
    const page = entries.slice(reset ? 0 : since).slice(0, pageSize)
    const cursor = page.at(-1)?.seq ?? entries.length
    const complete = cursor === entries.length
    return { log: name, since, entries: page, cursor, reset, complete, at: isoTime(clock.now()) }
  }

  /** Streams entries. Without a buffer in between, `pull` says that the reader has dealt with all before. */
  function stream(since: number, ends: AbortSignal): Response {
    const follower = { knows: since }
    let sent: number | null = null
    const leave = () => {
      followers.delete(follower)
      progress.ring()
    }
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          followers.add(follower)
          ends.addEventListener('abort', () => {
            leave()
            controller.error(ends.reason)
          })
        },
        async pull(controller) {
          if (sent !== null) {
            follower.knows = sent
            progress.ring()
          }
          if (sent === entries.length) await news.heard(heartbeat, ends)
          if (ends.aborted) return
          const page = read(sent ?? since)
          sent = page.cursor
          controller.enqueue(new TextEncoder().encode(toEvent(page)))
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    )
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    })
  }
}

function toEvent(page: Page): string {
  const event = page.reset ? 'reset' : page.entries.length > 0 ? 'revocations' : 'heartbeat'
  return [`id: ${page.log}:${page.cursor}`, `event: ${event}`, `data: ${JSON.stringify(page)}`, '', ''].join(
    '\n',
  )
}

const nameOf = (kind: RevocationKind, subject: string): string => `${kind}:${subject}`

const isoTime = (time: number): string => new Date(time).toISOString()
