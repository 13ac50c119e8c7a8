import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import type { ReadableStream } from 'node:stream/web'

/** Answers requests of `node:http` by web-standard ones; `url` is where the server is. */
export function toRequestListener(
  url: string,
  answer: (request: Request) => Promise<Response>,
): RequestListener {
  return (incoming, outgoing) => {
    respond(url, answer, incoming, outgoing).catch(() => outgoing.destroy())
  }
}

async function respond(
  url: string,
  answer: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  const body = await text(incoming)
  const response = await answer(
    new Request(new URL(incoming.url ?? '/', url), {
      method: incoming.method ?? 'GET',
      headers: new Headers(incoming.headers as Record<string, string>),
      body: body === '' ? null : body,
      signal: gone.signal,
    }),
  )
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body) await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing)
  else outgoing.end()
}
