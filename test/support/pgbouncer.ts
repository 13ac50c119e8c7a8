import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const binary = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path))

/** Whether this machine has PgBouncer; says aloud where it has not, so that nobody takes skipped for passed. */
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

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
