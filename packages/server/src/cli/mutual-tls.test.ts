import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateIssuer, CertificateMapping } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createFiles, createTestCa, sendOverTls } from '#test/support/certificates.ts'
import {
  expectSentence,
  inFolder,
  migrated,
  parsed,
  runLatchkey,
  temporaryFolder,
} from '#test/support/run-latchkey.ts'
import { startServer } from '#test/support/server-process.ts'

/** Each of the commands is a process. */
const timeout = 180_000

interface Made {
  ca: string
  crl: string
  server: string
  serverKey: string
  clients: { certificate: string; key: string; thumbprint: string; subject: string }[]
}

test('from a development CA to a bound token, and to its end', { timeout }, async () => {
  const { env } = await migrated()
  const run = (...words: string[]) => runLatchkey(words, { env })
  const made = parsed<Made>(await run('mtls', 'dev-ca', '--client', 'builder', '--json'))
  const [builder] = made.clients
  expect(made.ca).toBe(join(env.LATCHKEY_DATA, 'mtls', 'ca.pem'))
  for (const key of [must(builder).key, made.serverKey, made.ca.replace('ca.pem', 'ca-key.pem')])
    expect(statSync(key).mode & 0o777).toBe(0o600)

  await run('service-accounts', 'create', 'builder')
  const owner = ['--service-account', 'builder', '--name', 'dev']
  const { mapping } = parsed<{ mapping: CertificateMapping }>(
    await run(
      'certificates',
      'map',
      ...owner,
      '--file',
      must(builder).certificate,
      '--scope',
      'deploy',
      '--json',
    ),
  )
  expect(mapping).toMatchObject({ kind: 'thumbprint', value: must(builder).thumbprint, scopes: ['deploy'] })
  expect((await run('certificates', 'list', '--service-account', 'builder')).stdout).toMatch(
    /thumbprint .* never/,
  )

  const server = await startServer({
    ...env,
    PUBLIC_URL: 'https://localhost:4000',
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    TLS_CERT: made.server,
    TLS_KEY: made.serverKey,
    MTLS_CA: made.ca,
    MTLS_CRL: made.crl,
  })
  const origin = server.url.replace('http:', 'https:')
  const exchange = () =>
    sendOverTls<{ accessToken: string; scope: string }>(`${origin}/api/auth/certificates/token`, {
      method: 'POST',
      ca: readFileSync(made.ca),
      cert: readFileSync(must(builder).certificate),
      key: readFileSync(must(builder).key),
    })
  const first = await exchange()
  expect([first.status, first.body.scope]).toEqual([200, 'deploy'])

  // Revoked, and the server told by a signal, which it survives, instead of finding out within seconds.
  expect((await run('mtls', 'dev-ca', '--revoke', 'builder')).stdout).toMatch(/# revoked: builder/)
  server.child.kill('SIGHUP')
  await expect
    .poll(async () => (await exchange()).code, { timeout: 15_000 })
    .toBe('client_certificate_revoked')
  expect(await run('token', 'verify', first.body.accessToken)).toMatchObject({ code: 1 })

  expect(await run('certificates', 'unmap', mapping.id)).toMatchObject({
    code: 0,
    stdout: `${mapping.id} is removed.\n`,
  })
  await server.stop()
})

test('of several CAs a mapping of a name says which', { timeout }, async () => {
  const { env } = await migrated()
  const [first, second] = [createTestCa('CN=First'), createTestCa('CN=Second')]
  const { paths } = createFiles({ ca: first.cert + second.cert })
  const run = (...words: string[]) => runLatchkey(words, { env: { ...env, MTLS_CA: paths.ca } })
  await run('service-accounts', 'create', 'builder')
  const { issuers } = parsed<{ issuers: CertificateIssuer[] }>(await run('certificates', 'issuers', '--json'))
  expect(issuers).toMatchObject([{ subject: 'CN=First' }, { subject: 'CN=Second' }])
  const map = ['certificates', 'map', '--service-account', 'builder', '--name', 'x', '--uri', 'spiffe://a/b']
  for (const words of [map, [...map, '--issuer', 'First']]) {
    const refused = await run(...words)
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expectSentence(refused)
    for (const { issuer, subject } of issuers) expect(refused.stderr).toContain(`${issuer} (${subject})`)
  }
  const { issuer } = must(issuers[1])
  expect(
    parsed<{ mapping: CertificateMapping }>(await run(...map, '--issuer', issuer, '--json')).mapping,
  ).toMatchObject({ kind: 'uri', issuer })
  expect((await run('certificates', 'list', '--service-account', 'builder')).stdout).toContain(issuer)
})

test('what cannot be done is said in a sentence', { timeout }, async () => {
  const { env: bare } = await migrated()
  const env = { ...bare, MTLS_CA: createFiles({ ca: createTestCa().cert }).paths.ca }
  const run = (...words: string[]) => runLatchkey(words, { env })
  await run('service-accounts', 'create', 'builder')
  const map = ['certificates', 'map', '--service-account', 'builder', '--name', 'x']
  expect(await run(...map, '--uri', 'spiffe://example.com/a')).toMatchObject({ code: 0 })
  for (const words of [
    [...map, '--uri', 'spiffe://example.com/a'],
    [...map, '--dns', '*.example.com'],
    [...map, '--uri', 'spiffe://example.com/b', '--issuer', 'x'],
    [...map, '--thumbprint', 'ab'.repeat(32), '--issuer', 'ab'.repeat(32)],
    [...map, '--subject', 'builder'],
    [...map, '--file', '/nowhere/cert.pem'],
    ['certificates', 'unmap', '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'],
    ['certificates', 'list', '--service-account', 'nobody'],
    ['mtls', 'dev-ca', '--revoke', 'nobody'],
  ]) {
    const refused = await run(...words)
    expect([words, refused.code, refused.stdout]).toEqual([words, 1, ''])
    expectSentence(refused)
  }
  for (const words of [
    map,
    [...map, '--uri', 'a:b', '--dns', 'a'],
    [...map, '--uri', 'a:b', '--scope', 'a b'],
    ['certificates', 'unmap', 'x'],
    ['mtls', 'dev-ca', '--client', '../up'],
    ['mtls', 'dev-ca', '--client', 'ca'],
    ['mtls', 'dev-ca', '--client', 'server-key'],
  ])
    expect([words, (await run(...words)).code]).toEqual([words, 2])
})

test('in production there is no CA for development', async () => {
  const folder = temporaryFolder()
  const env = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://auth.example.com',
    LATCHKEY_SECRET: 'k7Qm2vX9pLr4Tn8Wb3Yd6Zf1Hs5Jg0Ac',
    LATCHKEY_DATA: folder,
  }
  const refused = await runLatchkey(['mtls', 'dev-ca', '--folder', folder], { env })
  expect([refused.code, refused.stdout]).toEqual([1, ''])
})

test('the check of the configuration looks into the files of TLS', async () => {
  const { env } = inFolder()
  const checked = await runLatchkey(['config', 'check', '--json'], {
    env: { ...env, MTLS_CA: '/nowhere/ca.pem' },
  })
  expect(checked.code).toBe(3)
  expect(checked.stdout).toContain('MTLS_CA')
})

test('the doctor says what of the files of TLS has ended, and what ends soon', { timeout }, async () => {
  const { env } = await migrated()
  const day = 86_400_000
  const examine = async (notAfter: number, nextUpdate: number) => {
    const ca = createTestCa('CN=Test CA', undefined, { notAfter })
    const list = Buffer.from(ca.list({ nextUpdate }))
    const { paths } = createFiles({ ca: ca.cert, crl: list })
    const run = await runLatchkey(['doctor', '--json'], {
      env: { ...env, MTLS_CA: paths.ca, MTLS_CRL: paths.crl },
    })
    const { findings } = parsed<{ findings: { check: string; status: string }[] }>(run)
    return findings.filter(({ check }) => check === 'TLS').map(({ status }) => status)
  }
  const now = Date.now()
  expect(await examine(now + 30 * day, now + 3 * day)).toEqual(['ok'])
  expect(await examine(now + 9 * day, now + day / 2)).toEqual(['warn', 'warn'])
  expect(await examine(now + 30 * day, now - 1000)).toEqual(['fail'])
})
