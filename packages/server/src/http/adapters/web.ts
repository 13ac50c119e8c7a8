import { AuthError } from '../../core/auth-error.ts'
import { type Connection, type IncomingRequest, largestBody } from '../../core/request/incoming.ts'
import type { Serve } from '../handler.ts'
import { toResponse } from '../reply.ts'

/** A web-standard request handler; `connection` has the facts that no header can carry. Never rejects. */
export type Handler = (request: Request, connection?: Connection) => Promise<Response>

export function toWebHandler(serve: Serve): Handler {
  return async (request, connection = {}) => {
    const reply = await serve(incomingOf(request, connection))
    return reply instanceof Response ? reply : toResponse(reply)
  }
}

function incomingOf(request: Request, connection: Connection): IncomingRequest {
  const { pathname, search } = new URL(request.url)
  return {
    ...connection,
    method: request.method,
    target: pathname + search,
    header: (name) => request.headers.get(name),
    readBody: () => readBody(request),
    get signal() {
      return request.signal
    },
    isGone: () => request.signal.aborted,
  }
}

async function readBody({ headers, body }: Request): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > largestBody) throw new AuthError('body_too_large')
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > largestBody) throw new AuthError('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
