import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { clientAddress, networkOf } from '../../core/request/network.ts'

/**
 * Limits one network to half of the connections, so that opening connections cannot exhaust them; further ones are
 * closed at once. Trusted proxies carry everybody's requests, and have no limit.
 */
export function limitConnections(
  server: Server,
  { most, isTrusted }: { most: number; isTrusted: (address: string) => boolean },
): void {
  const share = Math.ceil(most / 2)
  const open = new Map<string, number>()
  server.maxConnections = most
  // Listens on the server itself: with TLS, this comes before the handshake, which holds a connection as well.
  server.prependListener('connection', (socket: Socket) => {
    const address = clientAddress(socket.remoteAddress, null, isTrusted)
    if (address === null || isTrusted(address)) return
    const network = networkOf(address)
    const present = open.get(network) ?? 0
    if (present >= share) return void socket.destroy()
    open.set(network, present + 1)
    socket.once('close', () => leave(network))
  })

  function leave(network: string): void {
    const rest = (open.get(network) ?? 1) - 1
    if (rest > 0) open.set(network, rest)
    else open.delete(network)
  }
}
