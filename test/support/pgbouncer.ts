import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { onTestFinished } from 'vitest'
import { firstOf } from './must.ts'
import { portOf } from './listen.ts'

const binary = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path))

/** True if this machine has PgBouncer. Otherwise says so aloud, so that skipped tests are not taken for passed. */
export function hasPgBouncer(): boolean {
  if (binary === undefined)
    process.stderr.write(
      'PgBouncer is not installed: the tests of poolers are SKIPPED (apt-get install pgbouncer)\n',
    )
  return binary !== undefined
}

/** Starts PgBouncer before the database at `target`. Returns the address of the database by way of it. */
export async function startPgBouncer(target: string, mode: 'session' | 'transaction'): Promise<string> {
  const url = new URL(target)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-pgbouncer-'))
  chmodSync(folder, 0o755)
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const database = url.pathname.slice(1)
  const lines = [
    '[databases]',
    `${database} = host=${url.hostname} port=${url.port} dbname=${database} user=${url.username} password=${url.password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    'max_client_conn = 200',
    'default_pool_size = 20',
    'server_login_retry = 1',
  ]
  writeFileSync(join(folder, 'pgbouncer.ini'), lines.join('\n'))
  // As root it refuses to run.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(binary ?? 'pgbouncer', ['-q', ...user, join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error(`PgBouncer did not start: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  url.port = String(port)
  return url.href
}

/**
 * The same, hidden: it introduces each connection with a process of the server, as some poolers do. Returns the address.
 */
export async function hidePgBouncer(target: string): Promise<string> {
  const { hostname, port } = new URL(target)
  const server = createServer((near) => void introduce(near).catch(() => near.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = new URL(target)
  url.port = String(portOf(server))
  return url.href

  async function introduce(near: Socket): Promise<void> {
    near.on('error', () => {})
    near.pause()
    const client = new Client({ connectionString: target })
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await client.end()
    const far = connect(Number(port), hostname)
    far.on('error', () => {})
    let isIntroduced = false
    far.on('data', (chunk) => {
      // BackendKeyData: K, the length 12, the process, the secret.
      const at = isIntroduced ? -1 : chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
      if (at >= 0) chunk.writeInt32BE(firstOf(rows).pid, at + 5)
      isIntroduced ||= at >= 0
      near.write(chunk)
    })
    near.pipe(far)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('close', () => other.destroy())
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
