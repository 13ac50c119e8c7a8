import { createServer, type RequestListener } from 'node:http'
import type { Server } from 'node:net'

/** A web server on a free port. Closing it breaks what is still open. */
export function listen(answer: RequestListener): { origin: string; close: () => void } {
  const server = createServer(answer).listen(0)
  const port = portOf(server)
  return {
    origin: `http://localhost:${port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Returns the port of a server. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it listens on no port')
  return address.port
}
