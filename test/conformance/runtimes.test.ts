import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Rolldown } from 'vite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { startIssuer } from '#test/support/issuer.ts'
import { freePort } from '#test/support/listen.ts'

const require = createRequire(import.meta.url)
const service = join(import.meta.dirname, 'runtimes/service.ts')
const workerd = programOf('workerd', 'bin/workerd')
const bun = programOf('@oven/bun-linux-x64', 'bin/bun')
for (const [name, path] of Object.entries({ workerd, bun }))
  if (path === null)
    process.stderr.write(`${name} is not installed for this platform: what it would prove is skipped\n`)

const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const

describe.skipIf(workerd === null).each(algorithms)('in a Worker, with %s', (algorithm) => {
  test('the verifier runs on Web Crypto alone', async () => {
    const script = await bundle()
    expect(script).not.toMatch(/from\s*["']node:|require\(/)
    await verifyIn(algorithm, (port) => startWorker(script, port))
  })
})

describe.skipIf(bun === null).each(algorithms)('in Bun, with %s', (algorithm) => {
  test('the verifier runs from its sources', () => verifyIn(algorithm, startBun))
})

async function verifyIn(
  accessTokenAlgorithm: (typeof algorithms)[number],
  start: (port: number) => ChildProcess,
) {
  const { origin: issuer, audience, browser } = await startIssuer({ accessTokenAlgorithm })
  const port = await freePort()
  const child = start(port)
  onTestFinished(() => void child.kill('SIGKILL'))
  const ask = async (token: string) => {
    const body = JSON.stringify({ options: { issuer, audience }, token })
    return (await (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body })).json()) as object
  }
  const tab = browser()
  const { accessToken, user } = await tab.register()
  await expect
    .poll(() => ask(accessToken).catch(String), { timeout: 30_000 })
    .toEqual({ sub: user.id, checked: true })
  const end = accessToken.lastIndexOf('.') + 5
  const forged =
    accessToken.slice(0, end) + (accessToken[end] === 'A' ? 'B' : 'A') + accessToken.slice(end + 1)
  expect(await ask(forged)).toEqual({ code: 'bad_signature' })
  expect(await ask('nonsense')).toEqual({ code: 'malformed' })
  await tab.post('/logout')
  await expect.poll(() => ask(accessToken), { timeout: 10_000 }).toEqual({ code: 'revoked' })
}

/** As a Worker's bundler does it. */
async function bundle(): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['workerd', 'worker', 'browser', 'development', 'module'] },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: service, formats: ['es'], fileName: 'service' },
    },
  })) as Rolldown.RolldownOutput[]
  return firstOf(output).output[0].code
}

function startWorker(script: string, port: number): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-worker-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'service.js'), script)
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [(name = "service.js", esModule = embed "service.js")], compatibilityDate = "2026-01-01")),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);`,
  )
  return spawn(must(workerd), ['serve', join(folder, 'config.capnp')], { stdio: 'inherit' })
}

function startBun(port: number): ChildProcess {
  const env = { PATH: process.env.PATH ?? '', BUN_PORT: String(port) }
  return spawn(must(bun), ['--conditions=development', 'run', service], { env, stdio: 'inherit' })
}

function programOf(name: string, path: string): string | null {
  try {
    const program = join(require.resolve(`${name}/package.json`), '..', path)
    return existsSync(program) ? program : null
  } catch {
    return null
  }
}
