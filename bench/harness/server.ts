import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import type { Database } from './database.ts'
import type { Subject } from './subject.ts'

export interface Server {
  readonly port: number
  readonly pid: number
  /** From the start of the process to the first 200, in milliseconds. */
  readonly startTime: number
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the subject on this database and waits until it answers. */
export async function startServer(
  subject: Subject,
  database: Database,
  extra: Record<string, string> = {},
): Promise<Server> {
  const port = await findFreePort()
  const started = performance.now()
  const child = spawn(process.execPath, subject.command, {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      ...database.environment,
      ...subject.environment,
      ...extra,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = keepTail(child)
  running.add(child)
  child.once('exit', (code, signal) => {
    if (running.delete(child))
      console.error(`${subject.name} ended by itself (${code ?? signal}):\n${said()}`)
  })
  await untilHealthy(subject, child, port, said)
  const stop = async () => {
    running.delete(child)
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    const hurry = setTimeout(() => child.kill('SIGKILL'), 5000)
    await exited
    clearTimeout(hurry)
  }
  return { port, pid: child.pid!, startTime: performance.now() - started, stop }
}

async function untilHealthy(
  subject: Subject,
  child: ChildProcess,
  port: number,
  said: () => string,
): Promise<void> {
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline) {
    if (!running.has(child)) throw new Error(`${subject.name} did not start`)
    const status = await probe(subject.health, port)
    if (status === 200) return
    await sleep(2)
  }
  throw new Error(`${subject.name} did not answer ${subject.health} within 30 s:\n${said()}`)
}

async function probe(path: string, port: number): Promise<number> {
  const connection = new Connection(port)
  const answer = await connection.send({ method: 'GET', path }).catch(() => undefined)
  connection.close()
  return answer?.status ?? 0
}

function keepTail(child: ChildProcess): () => string {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
    })
  }
  return () => said
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
