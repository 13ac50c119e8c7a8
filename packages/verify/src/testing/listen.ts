import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web server on a free port of this machine. */
export interface Listening {
  url: string
  /** From now on requests are answered; before, nobody knows the address. */
  answerWith(listener: RequestListener): void
  /** Breaks what is open. */
  close(): Promise<void>
}

/** Opens the port before the handler exists, since the handler may have to know the address. */
export async function listen(): Promise<Listening> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, 'localhost', resolve)
  })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    answerWith: (listener) => void server.on('request', listener),
    close: () => close(server),
  }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
