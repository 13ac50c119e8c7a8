import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { portOf } from './listen.ts'

/** A wire on loopback between a server and its database that can fail. */
export interface Proxy {
  /** The address of the database, by way of this proxy. */
  url: string
  /** From now on nothing passes in either direction, and nobody is told; new connections are taken and not answered. */
  swallow(): void
  /** Lets traffic pass again. Connections that lost something stay silent. */
  restore(): void
  /** Holds up whatever passes by so many milliseconds, each way: a database that is far away. */
  delay(milliseconds: number): void
  /** The next connection on which this text goes to the database stands still from then on. Resolves then. */
  holdAt(text: string): Promise<void>
  /** Breaks every connection with a reset. */
  reset(): void
}

export async function createProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<{ near: Socket; far: Socket }>()
  let swallowing = false
  let delay = 0
  let hold: { text: string; reached: () => void } | null = null
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    const pair = { near, far }
    pairs.add(pair)
    let lost = false
    const pass = (from: Socket, to: Socket): void => {
      from.on('error', () => {})
      from.on('data', (chunk) => {
        if (hold && from === near && chunk.includes(hold.text)) {
          hold.reached()
          hold = null
          lost = true
        }
        lost ||= swallowing
        if (lost) return
        if (delay === 0) to.write(chunk)
        else setTimeout(() => to.writable && to.write(chunk), delay)
      })
      from.on('end', () => {
        if (!lost && !swallowing) to.end()
      })
      from.on('close', () => {
        if (lost || swallowing) return
        to.destroy()
        pairs.delete(pair)
      })
    }
    pass(near, far)
    pass(far, near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy()
    server.close()
  })
  const url = new URL(target)
  url.port = String(portOf(server))
  return {
    url: url.href,
    swallow: () => void (swallowing = true),
    restore: () => void (swallowing = false),
    delay: (milliseconds) => void (delay = milliseconds),
    holdAt: (text) =>
      new Promise((resolve) => {
        hold = { text, reached: resolve }
      }),
    reset() {
      for (const { near, far } of pairs) {
        near.resetAndDestroy()
        far.destroy()
      }
      pairs.clear()
    },
  }
}
