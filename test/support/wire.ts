import type { Latchkey } from '../../packages/server/src/latchkey.ts'
import { must } from './must.ts'

/** The connection between a verifier and its issuer, which can fail. */
export interface Wire {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Requests so far, by path. */
  asked: (path: string) => number
  /** Breaks what is open; nothing passes until {@link mend}. */
  cut(): void
  mend(): void
  /** Breaks what is open; the next try succeeds. */
  interrupt(): void
  /** Sets the fate of each event of the feed: passes at once by default. */
  onEvent(pass: (event: string) => string[] | Promise<string[]>): void
  /** Streams are swallowed, as a proxy does that waits for the end of an answer. */
  buffers(swallowed: boolean): void
  /** Answers instead of the issuer; null lets it answer. */
  answer(give: (path: string) => Response | Promise<Response> | null): void
}

export function createWire({ handler }: Pick<Latchkey, 'handler'>): Wire {
  const asked = new Map<string, number>()
  const open = new Set<AbortController>()
  let isCut = false
  let isBuffering = false
  let pass: (event: string) => string[] | Promise<string[]> = (event) => [event]
  let instead: (path: string) => Response | Promise<Response> | null = () => null
  return {
    fetch,
    asked: (path) => asked.get(path) ?? 0,
    cut() {
      isCut = true
      interrupt()
    },
    mend: () => void (isCut = false),
    interrupt,
    onEvent: (next) => void (pass = next),
    buffers: (swallowed) => void (isBuffering = swallowed),
    answer: (give) => void (instead = give),
  }

  function interrupt(): void {
    for (const connection of open) connection.abort(new TypeError('the connection broke'))
    open.clear()
  }

  async function fetch(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url)
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1)
    if (isCut) throw new TypeError('fetch failed')
    const connection = new AbortController()
    open.add(connection)
    const signal = init.signal ? AbortSignal.any([init.signal, connection.signal]) : connection.signal
    const answered = instead(pathname) ?? handler(new Request(url, { ...init, signal }))
    const response = await abortable(Promise.resolve(answered), signal)
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response
    if (isBuffering)
      return new Response(new ReadableStream({ start: (body) => fail(body, signal) }), response)
    return new Response(through(must(response.body), signal), response)
  }

  /** Event by event. */
  function through(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
    const reader = body.getReader()
    const decoder = new TextDecoder()
    const encoder = new TextEncoder()
    return new ReadableStream({
      start(controller) {
        fail(controller, signal)
        void (async () => {
          let text = ''
          for (;;) {
            const { value, done } = await reader.read()
            if (done) return controller.close()
            const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n')
            text = must(blocks.pop())
            for (const block of blocks)
              for (const event of await pass(`${block}\n\n`)) controller.enqueue(encoder.encode(event))
          }
        })().catch(() => {})
      },
    })
  }
}

const fail = (body: ReadableStreamDefaultController, signal: AbortSignal): void =>
  signal.addEventListener('abort', () => body.error(signal.reason))

function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error))
  return Promise.race([promise, aborted])
}
