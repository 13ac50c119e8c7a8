import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** By "METHOD /path". What a route returns is sent as JSON with 200; null is 401, {@link busy} 503. */
export type Routes = Record<string, (body: string, request: IncomingMessage) => unknown>

export const busy = Symbol('busy')

/** The least a node server can do and still read a body and answer JSON. Prints its address when it listens. */
export function serve(routes: Routes): void {
  const port = Number(process.env['PORT'])
  const server = createServer((request, response) => {
    const route = routes[`${request.method} ${request.url}`]
    if (route === undefined) return send(response, 404, 'null')
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const result = route(body, request)
      if (result instanceof Promise) result.then((value) => answer(response, value), failed(response))
      else answer(response, result)
    })
  })
  server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
}

function answer(response: ServerResponse, value: unknown): void {
  if (value === null) send(response, 401, '{"code":"refused"}')
  else if (value === busy) send(response, 503, '{"code":"overloaded"}')
  else send(response, 200, JSON.stringify(value))
}

function failed(response: ServerResponse): (error: unknown) => void {
  return (error) => {
    console.error(error)
    send(response, 500, 'null')
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
