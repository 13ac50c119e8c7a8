import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { blocksIn, root } from '#test/support/code-in-docs.ts'
import { listen } from '#test/support/listen.ts'
import { temporaryFolder } from '#test/support/run-latchkey.ts'
import { forgeriesOf, madeAgain } from './forgeries.ts'
import { type Issuer, openIssuer } from './issuer.ts'

const guide = 'docs/verify-without-us.md'

interface Program {
  language: string
  /** Reads tokens, one a line, and answers each with a line. */
  command: readonly string[]
  /** The tool that the machine must have, and a command that succeeds if it is there. */
  needs: string
  probe: readonly string[]
}

/** Debian's packages of crates, so that nothing is fetched. */
const crates = '/usr/share/cargo/registry'
const python = ['python3', '/usr/bin/python3'].find((path) =>
  succeeds([path, '-c', 'import jwt, cryptography']),
)

const programs: readonly Program[] = [
  { language: 'go', needs: 'Go', probe: ['go', 'version'], command: ['go', 'run', 'main.go'] },
  {
    language: 'python',
    needs: 'Python with PyJWT and cryptography',
    probe: [python ?? 'python3', '-c', 'import jwt, cryptography'],
    command: [python ?? 'python3', 'verify.py'],
  },
  {
    language: 'java',
    needs: 'JDK from 17 on',
    probe: ['javac', '--release', '17', '-version'],
    command: ['java', 'Verify.java'],
  },
  {
    language: 'rust',
    needs: 'Rust with the crates of librust-jsonwebtoken-dev and librust-ureq-dev',
    probe: ['sh', '-c', `cargo --version && ls -d ${crates}/jsonwebtoken-* ${crates}/ureq-*`],
    command: [
      'cargo',
      '--config=source.crates-io.replace-with="debian"',
      `--config=source.debian.directory="${crates}"`,
      // Built once.
      `--config=build.target-dir="${join(root, 'dist/rust')}"`,
      'run',
      '--quiet',
    ],
  },
]
const hasNginx = succeeds(['nginx', '-v'])

describe.each(programs)('the program in $language', ({ command, needs, probe }) => {
  const missing = !succeeds(probe)
  if (missing) process.stderr.write(`No ${needs} found: its program in ${guide} is not run.\n`)

  test.skipIf(missing)('accepts our tokens, and nothing that is forged', { timeout: 300_000 }, async () => {
    const issuer = await openIssuer('ES256')
    const forgeries = forgeriesOf(issuer.genuine)
    const tokens = [issuer.genuine.token, madeAgain(issuer.genuine), ...Object.values(forgeries)]
    const answers = await ask(command, issuer, tokens)
    expect(answers).toHaveLength(tokens.length)
    expect(answers.slice(0, 2)).toEqual([issuer.userId, issuer.userId])
    const accepted = Object.keys(forgeries).filter((_, turn) => !/^refused: ./.test(must(answers[turn + 2])))
    expect(accepted).toEqual([])
  })
})

test('the service that asks jose: 204, 401, and 503 where the keys cannot be had', async () => {
  const issuer = await openIssuer('ES256')
  const check = await serveCheck(issuer.issuer)
  const answer = await check(issuer.genuine.token)
  expect([answer.status, answer.headers.get('x-user')]).toEqual([204, issuer.userId])
  for (const [fault, token] of Object.entries(forgeriesOf(issuer.genuine)))
    expect((await check(token)).status, fault).toBe(401)
  expect((await check('')).headers.get('www-authenticate')).toBe('Bearer')

  const away = await serveCheck('http://localhost:1')
  expect((await away(issuer.genuine.token)).status).toBe(503)
})

if (!hasNginx) process.stderr.write(`No nginx found: its configuration in ${guide} is not tried.\n`)

describe.skipIf(!hasNginx)('behind nginx', () => {
  test('the upstream hears of nobody whom the checking service refuses', async () => {
    const issuer = await openIssuer('ES256')
    const check = await serveCheck(issuer.issuer)
    const ask = await serveNginx('4001', check.port)
    const forged = { 'x-user': 'somebody else' }
    expect(await (await ask(issuer.genuine.token, forged)).text()).toBe(`for ${issuer.userId}`)
    for (const [fault, token] of Object.entries(forgeriesOf(issuer.genuine)))
      expect((await ask(token, forged)).status, fault).toBe(401)
    expect((await ask('')).headers.get('www-authenticate')).toBe('Bearer')

    const away = await serveNginx('4001', (await serveCheck('http://localhost:1')).port)
    expect((await away(issuer.genuine.token)).status).toBe(500)
  })

  test('the upstream hears of nobody whom Latchkey refuses, and of no session that was ended', async () => {
    const issuer = await openIssuer('ES256')
    const ask = await serveNginx('4000', new URL(issuer.issuer).port)
    expect(await (await ask(issuer.genuine.token)).text()).toBe('for nobody')
    for (const [fault, token] of Object.entries(forgeriesOf(issuer.genuine)))
      expect((await ask(token)).status, fault).toBe(401)
    const tab = issuer.browser()
    const { accessToken } = await tab.register('bea@example.com')
    expect((await ask(accessToken)).status).toBe(200)
    await tab.post('/logout')
    expect((await ask(accessToken)).status).toBe(401)
  })
})

/** Starts a program of the guide and gives it the tokens; resolves with its lines. */
function ask(command: readonly string[], { issuer, audience }: Issuer, tokens: string[]): Promise<string[]> {
  const cwd = temporaryFolder()
  writeFiles(cwd)
  const child = start(command, cwd, { ISSUER: issuer, AUDIENCE: audience })
  child.stdin.end(`${tokens.join('\n')}\n`)
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(said.trim().split('\n')))
  })
}

/** `check.ts` of the guide. */
async function serveCheck(issuer: string) {
  // Below the root, so that jose is found.
  const folder = join(root, 'dist/without-us')
  rmSync(folder, { recursive: true, force: true })
  writeFiles(folder)
  const port = await freePort()
  start([process.execPath, 'check.ts'], folder, {
    ISSUER: issuer,
    AUDIENCE: 'https://api.example.com',
    PORT: port,
  })
  const check = await answering(`http://127.0.0.1:${port}/`)
  return Object.assign(check, { port })
}

/** The server of the guide that asks at this port, in front of an upstream that says for whom it is asked. */
async function serveNginx(asks: string, checkPort: string) {
  const upstream: RequestListener = (request, response) =>
    response.end(`for ${String(request.headers['x-user'] ?? 'nobody')}`)
  const { origin, close } = listen(upstream)
  onTestFinished(close)
  const port = await freePort()
  const server = must(
    blocksIn(guide).find(({ language, text }) => language === 'nginx' && text.includes(`127.0.0.1:${asks}`)),
  )
    .text.replace(/listen \d+/, `listen 127.0.0.1:${port}`)
    .replace(`127.0.0.1:${asks}`, `localhost:${checkPort}`)
    .replace('127.0.0.1:3000', `localhost:${new URL(origin).port}`)
  const folder = temporaryFolder()
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join(' ')
  const settings = `daemon off; pid ${join(folder, 'pid')}; events {} http { access_log off; ${paths}\n${server}}`
  writeFileSync(join(folder, 'nginx.conf'), settings)
  start(['nginx', '-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], folder, {})
  return answering(`http://127.0.0.1:${port}/`)
}

/** Asks with a token, as soon as somebody listens there. */
async function answering(address: string) {
  for (let tries = 0; tries < 500; tries++) {
    if (await fetch(address).catch(() => null)) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return (token: string, headers: Record<string, string> = {}) =>
    fetch(address, { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } })
}

/** A child that ends with the test. */
function start([command = '', ...words]: readonly string[], cwd: string, env: Record<string, string>) {
  const child = spawn(command, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  return child
}

/** Each block whose first line names its file. */
function writeFiles(folder: string): void {
  for (const { text } of blocksIn(guide)) {
    const [, file] = /^(?:\/\/|#) (\S+\.\w+)\n/.exec(text) ?? []
    if (file === undefined) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}

async function freePort(): Promise<string> {
  const { origin, close } = listen(() => {})
  close()
  return new URL(origin).port
}

function succeeds([command = '', ...words]: readonly string[]): boolean {
  try {
    execFileSync(command, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
