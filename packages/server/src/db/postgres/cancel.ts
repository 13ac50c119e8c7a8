import { connect } from 'node:net'
import type { Client } from 'pg'
import { backendOf } from './session.ts'

/** CancelRequest of the protocol, version 3.0: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const cancelRequest = 80877102

/**
 * Asks the server to stop what it does on this connection. Resolves when it has heard, or after `limit`; whether
 * anything was stopped shows on the connection itself. In the clear: the key is of use for nothing else, and servers that
 * speak TLS read it before.
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
