import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { sendOverTls } from '#test/support/certificates.ts'
import { blocksIn, writeCode } from '#test/support/code-in-docs.ts'
import { hasCommand } from '#test/support/has-command.ts'
import { freePort } from '#test/support/listen.ts'
import { runLatchkey, temporaryFolder } from '#test/support/run-latchkey.ts'
import { startServer } from '#test/support/server-process.ts'

const guide = 'docs/mutual-tls.md'
const setUp = must(blocksIn(guide).find(({ language }) => language === 'sh')).text

/** Runs the commands of the guide, up to the one that starts the server; returns its settings. */
async function prepare(more: Record<string, string> = {}) {
  const cwd = temporaryFolder()
  const env = { LATCHKEY_DATA: join(cwd, 'latchkey-data'), ...more }
  const commands = setUp
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.startsWith('latchkey '))
  for (const command of commands) {
    const [words = '', target] = command.split(' > ')
    const run = await runLatchkey(words.split(/\s+/).slice(1), { cwd, env })
    expect([words, run.code, run.stderr]).toEqual([words, 0, ''])
    if (target !== undefined) writeFileSync(join(cwd, target), run.stdout)
  }
  const lines = readFileSync(join(cwd, 'tls.env'), 'utf8').split('\n')
  const tls = lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split('='))
  return {
    env,
    tls: Object.fromEntries(tls) as Record<string, string>,
    folder: join(cwd, 'latchkey-data/mtls'),
  }
}

function start(file: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=development', file], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  return child
}

test('the commands, the client and the service of the guide belong together', async () => {
  const { env, tls, folder } = await prepare()
  const [port, servicePort] = [await freePort(), await freePort()]
  const latchkey = `https://localhost:${port}`
  const server = await startServer({
    ...env,
    ...tls,
    PORT: String(port),
    PUBLIC_URL: latchkey,
    NODE_ENV: 'test',
  })
  const code = writeCode(guide)
  const settings = {
    MTLS: folder,
    LATCHKEY: latchkey,
    SERVICE: `https://localhost:${servicePort}`,
    PORT: String(servicePort),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  }
  const service = start(join(code, 'service.ts'), settings)
  await once(service.stdout, 'data')
  const said = await text(start(join(code, 'client.ts'), settings).stdout)
  const [, bound] = /boundTo: '([\w-]{43})'/.exec(said) ?? []
  expect(said).toMatch(/hello: '[0-9a-f-]{36}'/)
  expect(bound).toBeDefined()

  // The same token without the certificate.
  const { body } = await sendOverTls<{ accessToken: string }>(`${latchkey}/api/auth/certificates/token`, {
    method: 'POST',
    ca: readFileSync(join(folder, 'ca.pem')),
    cert: readFileSync(join(folder, 'builder.pem')),
    key: readFileSync(join(folder, 'builder-key.pem')),
  })
  const stolen = await sendOverTls(`${settings.SERVICE}/artifacts`, {
    ca: readFileSync(join(folder, 'ca.pem')),
    headers: { authorization: `Bearer ${body.accessToken}` },
  })
  expect([stolen.status, stolen.body['reason']]).toEqual([401, 'wrong_certificate'])
  await server.stop()
})

test.skipIf(!hasCommand('nginx'))('behind nginx as the guide sets it up', async () => {
  const { env, folder } = await prepare()
  const server = await startServer({
    ...env,
    NODE_ENV: 'test',
    TRUSTED_PROXIES: '127.0.0.1, ::1',
    MTLS_CA: join(folder, 'ca.pem'),
    MTLS_PROXY_HEADER: 'ssl-client-cert',
  })
  const port = await freePort()
  const conf = must(blocksIn(guide).find(({ language }) => language === 'nginx'))
    .text.replace('443', `127.0.0.1:${port}`)
    .replace('127.0.0.1:4000', `localhost:${new URL(server.url).port}`)
    .replaceAll('/etc/latchkey/clients-ca.pem', join(folder, 'ca.pem'))
    .replaceAll('/etc/latchkey', folder)
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join(' ')
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${join(folder, 'pid')}; events {} http { access_log off; ${paths}\n${conf}}`,
  )
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'ignore' })
  onTestFinished(() => void nginx.kill())
  const ca = readFileSync(join(folder, 'ca.pem'))
  const read = (name: string) => readFileSync(join(folder, `${name}.pem`), 'utf8')
  const exchange = (credential: object, headers: Record<string, string> = {}) =>
    sendOverTls<{ accessToken: string }>(`https://127.0.0.1:${port}/api/auth/certificates/token`, {
      method: 'POST',
      ca,
      headers,
      ...credential,
    })
  const builder = { cert: read('builder'), key: read('builder-key') }
  await expect
    .poll(() => exchange(builder).catch(() => ({ status: 0 })), { timeout: 10_000 })
    .toMatchObject({ status: 200 })
  expect((await exchange({})).code).toBe('client_certificate_needed')
  // The proxy overwrites the client's value, with nothing if there is no certificate.
  const spoofed = { 'ssl-client-cert': encodeURIComponent(builder.cert) }
  expect((await exchange({}, spoofed)).code).toBe('client_certificate_needed')
  const made = await runLatchkey(['mtls', 'dev-ca', '--client', 'other'], { env })
  expect(made.code).toBe(0)
  const other = { cert: read('other'), key: read('other-key') }
  expect((await exchange(other, spoofed)).code).toBe('client_certificate_invalid')
  await server.stop()
})
