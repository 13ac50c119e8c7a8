import { connect } from 'node:net'
import type { Client } from 'pg'
import { backendOf } from './session.ts'

/** CancelRequest of the protocol, version 3.0: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const cancelRequest = 80877102

/**
 * Asks the server to cancel its work on this connection. Resolves when the server has received it, or after `limit`;
 * the connection itself shows the outcome. Sent in the clear: the key has no other use, and servers that speak TLS read
 * it before.
 */
export function cancel(client: Client, limit: number): Promise<void> {
  const backend = backendOf(client)
  if (backend === null) return Promise.resolve()
  const request = Buffer.alloc(16)
  request.writeInt32BE(request.length, 0)
  request.writeInt32BE(cancelRequest, 4)
  request.writeInt32BE(backend.pid, 8)
  request.writeInt32BE(backend.secret, 12)
  const { host, port } = client
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), limit)
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    // The server closes once the signal is on its way.
    socket.resume()
    socket.write(request)
  })
}
