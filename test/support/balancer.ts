import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { portOf } from './listen.ts'

/** One address in front of several servers, as a load balancer has it; connections take turns. */
export interface Balancer {
  url: string
  /** Whom to pass connections to from now on. */
  passTo(urls: readonly string[]): void
  /** Breaks every connection, and passes none until {@link mend}. */
  cut(): void
  mend(): void
  /** Milliseconds that every piece of an answer is held up. */
  slow(delay: number): void
}

export async function openBalancer(): Promise<Balancer> {
  const open = new Set<Socket>()
  let ports: number[] = []
  let turn = 0
  let isCut = false
  let delay = 0
  const server = createServer((client) => {
    const port = ports[turn++ % ports.length]
    if (isCut || port === undefined) return void client.destroy()
    const upstream = connect(port, 'localhost')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one)
      one.on('error', () => {})
      one.on('close', (isBroken) => {
        open.delete(one)
        // A server that has said everything is followed by the end below, after what it said.
        if (isBroken || one === client || !upstream.readableEnded) other.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (piece) => setTimeout(() => client.writable && client.write(piece), delay))
    upstream.on('end', () => setTimeout(() => client.end(), delay))
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  onTestFinished(() => {
    breakAll()
    server.close()
  })
  return {
    url: `http://localhost:${portOf(server)}`,
    passTo: (urls) => void (ports = urls.map((url) => Number(new URL(url).port))),
    cut() {
      isCut = true
      breakAll()
    },
    mend: () => void (isCut = false),
    slow: (milliseconds) => void (delay = milliseconds),
  }

  function breakAll(): void {
    for (const socket of open) socket.destroy()
  }
}
