import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** Statuses of faults that Node finds before there is a request (`llhttp`, and Node's own timeouts). */
const statusOf: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
}

/**
 * Answers messages that never become a request (malformed, too slow, too large, without `Host`, with an expectation),
 * with the headers of every other answer; Node's own answers have none. The server must be made with {@link leaveToUs}.
 */
export function refuseConnections(server: Server, headers: Readonly<Record<string, string>>): void {
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    answers.set(request.socket, response)
  })
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => refuse(response, 417))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const answer = answers.get(socket)
    // In the middle of an answer, another one would be read as its continuation.
    const isBetween = answer === undefined || !answer.headersSent || answer.writableFinished
    if (!socket.writable || !isBetween || error.code === 'ECONNRESET') return void socket.destroy(error)
    const status = statusOf[error.code ?? ''] ?? 400
    const lines = Object.entries({ ...headers, connection: 'close', 'content-length': '0' })
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        ...lines.map(([name, value]) => `${name}: ${value}`),
        '',
        '',
      ].join('\r\n'),
    )
  })

  function refuse(response: ServerResponse, status: number): void {
    response.writeHead(status, { ...headers, connection: 'close' }).end()
  }
}

/** RFC 9112 §3.2 asks for 400; Node's own has no headers. True if the request was refused. */
export function refuseWithoutHost(
  { headers: { host }, httpVersion }: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): boolean {
  if (host !== undefined || httpVersion === '1.0') return false
  response.writeHead(400, { ...headers, connection: 'close' }).end()
  return true
}

export const leaveToUs = { requireHostHeader: false } as const
