import { type ChildProcess, spawn } from 'node:child_process'
import { request as httpRequest, Agent } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { newDatabase, newFolder, type Store } from './new-database.ts'
import { processEnvironment } from './process-environment.ts'
import { testSecret } from './test-latchkey.ts'

/** A `latchkey serve` in a process of its own. */
export interface ServerProcess {
  url: string
  child: ChildProcess
  /** SIGKILL, and the end of it. */
  kill: () => Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop: () => Promise<number | null>
  /** Returns its output so far. */
  output: () => string
}

const binary = join(import.meta.dirname, '../../packages/server/bin/latchkey.js')

/** The environment of an installation on a database of its own; hand it to {@link startServer} as often as needed. */
export async function createInstallation(
  store: Store,
  extra: Record<string, string> = {},
): Promise<Record<string, string>> {
  const folder = newFolder()
  return {
    LATCHKEY_DATA: folder,
    LATCHKEY_SECRET: testSecret,
    NODE_ENV: 'test',
    PORT: '0',
    // This machine does other things besides.
    DATABASE_TIMEOUT: '20s',
    LOG_LEVEL: 'error',
    DATABASE_URL: await newDatabase(store, folder),
    ...extra,
  }
}

export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--conditions=development', binary, 'serve', '--json'], {
    env: { ...processEnvironment, PUBLIC_URL: 'http://localhost:4000', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const line = output.split('\n').find((text) => text.startsWith('{"event":"listening"'))
      if (line) resolve((JSON.parse(line) as { port: number }).port)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then((code) => reject(new Error(`the server ended with ${code}: ${output}`)))
  })
  const stop = () => {
    child.kill('SIGTERM')
    return exited
  }
  return { url: `http://localhost:${port}`, child, kill, stop, output: () => output }
}

/** Each test knows what it asked for. */
export interface WireReply<Body = Record<string, unknown>> {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Body
}

/** One request over a real socket. Rejects when the connection breaks. */
export function send<Body = Record<string, unknown>>(
  base: string,
  path: string,
  { method, body, headers = {}, agent, cutAfter }: SendOptions = {},
): Promise<WireReply<Body>> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      new URL(path, base),
      {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          }),
          ...headers,
        },
        ...(agent && { agent }),
      },
      (response) => {
        let received = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (received += chunk))
        response.on('error', reject)
        response.on('end', () => {
          const isJson = response.headers['content-type']?.includes('json') ?? false
          const parsed = (isJson ? JSON.parse(received) : { text: received }) as Body
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed })
        })
      },
    )
    request.on('error', reject)
    if (cutAfter !== undefined) {
      const cut = setTimeout(() => request.destroy(new BrokenConnection()), cutAfter)
      request.on('close', () => clearTimeout(cut))
    }
    request.end(text)
  })
}

export interface SendOptions {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  agent?: Agent
  /** Breaks the connection from this side after so many milliseconds, answered or not. */
  cutAfter?: number
}

class BrokenConnection extends Error {
  readonly code = 'CUT'
}

/** At most `sockets` connections at a time, kept open. */
export const connections = (sockets: number): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  onTestFinished(() => agent.destroy())
  return agent
}

/** Registers an account and signs in as a client that keeps its refresh token itself. */
export async function signUp(
  base: string,
  email: string,
  password = 'correct horse battery',
): Promise<SignedUp> {
  const input = { email, password, tokenDelivery: 'body' }
  const { status, body } = await send<SignedUp>(base, '/api/auth/register', { body: input })
  if (status !== 201) throw new Error(`registration was answered with ${status}: ${JSON.stringify(body)}`)
  return body
}

export interface SignedUp {
  accessToken: string
  refreshToken: string
  session: { id: string; generation: number }
  user: { id: string }
}
