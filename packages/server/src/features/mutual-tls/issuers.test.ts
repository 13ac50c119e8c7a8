import { createHash, X509Certificate } from 'node:crypto'
import {
  days,
  type CertificateIssuer,
  type CertificateMapping,
  type ServiceAccount,
} from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFiles, createTestCa, type Credential, type TestCa } from '#test/support/certificates.ts'
import { startMachinery } from '#test/support/machines.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { stores, type Store } from '#test/support/test-latchkey.ts'
import type { Database } from '../../db/database.ts'
import { migrate } from '../../db/migrations.ts'
import { openDatabase } from '../../db/open-database.ts'
import { openSqlite } from '../../db/sqlite.ts'
import { statement } from '../../db/statement.ts'
import { migrations } from '../../services/migrations.ts'
import { mappingIssuer } from './migrations/0002-mapping-issuer.ts'
import { issueCertificate, toPem } from './x509/issue.ts'

interface Fields {
  kind: string
  value: string
  issuer?: string
}

/** A server with `cas` in its bundle, behind a proxy. */
async function start(store: Store, ...cas: TestCa[]) {
  const lists = (...texts: string[]) => texts.join('')
  const files = createFiles({
    'ca.pem': lists(...cas.map(({ cert }) => cert)),
    'crl.pem': lists(...cas.map((ca) => ca.revoke())),
  })
  const machinery = await startMachinery(store, {
    mtlsCa: files.paths['ca.pem'],
    mtlsCrl: files.paths['crl.pem'],
    mtlsProxyHeader: 'client-cert',
    trustedProxies: ['192.0.2.1'],
  })
  const { call, root, latchkey } = machinery
  const token = root.accessToken
  const builder = await machinery.newServiceAccount('builder')
  const path = ({ id }: ServiceAccount) => `/admin/service-accounts/${id}/certificates`

  return {
    ...machinery,
    builder,
    async configure(certificates: string[], revocations: string[]) {
      files.write('ca.pem', lists(...certificates))
      files.write('crl.pem', lists(...revocations))
      await latchkey.refreshTls()
    },
    map: (fields: Fields, account = builder) =>
      call('POST', path(account), { token, body: { name: 'x', ...fields } }),
    async list(account = builder) {
      type Listed = { items: CertificateMapping[]; issuers: CertificateIssuer[] }
      return (await call<Listed>('GET', path(account), { token })).body
    },
    async exchange({ der }: Credential) {
      const headers = { 'client-cert': `:${Buffer.from(der).toString('base64')}:` }
      const options = { method: 'POST', bare: true, headers }
      const { status, code, body } = await machinery
        .browser()
        .send<{ accessToken?: string }>('/api/auth/certificates/token', options)
      const [, claims = ''] = body.accessToken?.split('.') ?? []
      const said = Buffer.from(claims, 'base64url').toString()
      return { status, code, sub: said && (JSON.parse(said) as { sub: string }).sub }
    },
  }
}

async function openEmpty(store: Store): Promise<Database> {
  if (store === 'sqlite') return openSqlite(':memory:')
  const { url, drop } = await createDatabase(await postgresUrl())
  onTestFinished(drop)
  return openDatabase(url)
}

/** As `openssl pkey -pubin -outform der | openssl dgst -sha256` says it. */
const keyOf = ({ cert }: TestCa, encoding: 'hex' | 'base64url' = 'base64url'): string =>
  createHash('sha256')
    .update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' }))
    .digest(encoding)

const subject = 'CN=builder,O=Example'
const uri = 'spiffe://example.com/builder'
const dns = 'builder.example.com'
const issue = (ca: TestCa) => ca.issue(subject, { uris: [uri], dnsNames: [dns] })
const names = [
  ['subject', subject],
  ['uri', uri],
  ['dns', dns],
] as const

describe.each(stores)('two CAs that issue the same names, on %s', (store) => {
  test.each(names)(
    'a %s that was mapped under the only CA is not that of a second one',
    async (kind, value) => {
      const [ours, other] = [createTestCa('CN=Ours'), createTestCa('CN=Other')]
      const { map, list, exchange, configure } = await start(store, ours)
      expect((await map({ kind, value })).status).toBe(201)
      expect((await exchange(issue(ours))).status).toBe(200)
      await configure([ours.cert, other.cert], [ours.revoke(), other.revoke()])
      expect(await exchange(issue(other))).toMatchObject({ status: 401, code: 'client_certificate_invalid' })
      expect((await exchange(issue(ours))).status).toBe(200)
      expect((await list()).items).toMatchObject([{ kind, issuer: keyOf(ours) }])
      // Nor where it comes first, or alone.
      await configure([other.cert, ours.cert], [ours.revoke(), other.revoke()])
      expect((await exchange(issue(other))).status).toBe(401)
      await configure([other.cert], [other.revoke()])
      expect((await exchange(issue(other))).status).toBe(401)
    },
  )

  test('of several the mapping of a name says which, and the refusal lists them', async () => {
    const [first, second, foreign] = [createTestCa('CN=First'), createTestCa('CN=Second'), createTestCa()]
    const { map, list, exchange, builder, newServiceAccount } = await start(store, first, second)
    const other = await newServiceAccount('other')
    for (const [kind, value] of names) {
      for (const issuer of [undefined, keyOf(foreign), 'CN=First', 'x']) {
        const refused = await map({ kind, value, ...(issuer !== undefined && { issuer }) })
        expect([issuer, refused.status, refused.body.code]).toEqual([issuer, 400, 'invalid_input'])
        const [error] = refused.body.errors as { path: string; message: string }[]
        expect(error?.path).toBe('body.issuer')
        for (const choice of [`${keyOf(first)} (CN=First)`, `${keyOf(second)} (CN=Second)`])
          expect(error?.message).toContain(choice)
      }
      expect((await map({ kind, value, issuer: keyOf(first) })).status).toBe(201)
      // Written as `openssl` writes it.
      expect((await map({ kind, value, issuer: keyOf(second, 'hex') }, other)).status).toBe(201)
      expect((await map({ kind, value, issuer: keyOf(second) })).body.code).toBe('certificate_mapping_taken')
    }
    expect((await exchange(issue(first))).sub).toBe(builder.id)
    expect((await exchange(issue(second))).sub).toBe(other.id)
    expect((await list()).issuers).toMatchObject([
      { issuer: keyOf(first), subject: 'CN=First' },
      { issuer: keyOf(second), subject: 'CN=Second' },
    ])
  })

  test('a thumbprint says which certificate it is, and no CA', async () => {
    const [first, second] = [createTestCa('CN=First'), createTestCa('CN=Second')]
    const { map, list, exchange } = await start(store, first, second)
    const client = issue(second)
    const fields = { kind: 'thumbprint', value: client.thumbprint }
    expect((await map({ ...fields, issuer: keyOf(second) })).status).toBe(400)
    expect((await map(fields)).status).toBe(201)
    expect((await map(fields)).body.code).toBe('certificate_mapping_taken')
    expect((await exchange(client)).status).toBe(200)
    expect((await exchange(issue(second))).status).toBe(401)
    expect((await list()).items).toMatchObject([{ issuer: null }])
  })

  test('one of the other’s name is another: neither its certificates nor its list are taken for ours', async () => {
    const [ours, other] = [createTestCa('CN=The CA'), createTestCa('CN=The CA')]
    const { map, exchange, configure, latchkey, list } = await start(store, ours, other)
    await map({ kind: 'subject', value: subject, issuer: keyOf(ours) })
    const client = issue(ours)
    expect((await exchange(client)).status).toBe(200)
    expect((await exchange(issue(other))).status).toBe(401)
    // A serial number says one certificate under one CA.
    await configure([ours.cert, other.cert], [ours.revoke(), other.revoke(client)])
    expect((await list()).items[0]?.certificates).toMatchObject([{ revokedAt: null }])
    expect((await exchange(client)).status).toBe(200)
    await configure([ours.cert, other.cert], [ours.revoke(client), other.revoke()])
    expect((await list()).items[0]?.certificates[0]?.revokedAt).not.toBeNull()
    expect(await latchkey.services.mutualTls.endRevoked()).toBe(0)
    expect((await exchange(client)).code).toBe('client_certificate_revoked')
  })

  test('mappings of before stay: a thumbprint as it was, a name under no CA; what was revoked stays revoked', async () => {
    const db = await openEmpty(store)
    onTestFinished(() => db.close())
    const step = migrations.findIndex(({ id }) => id === mappingIssuer.id)
    await migrate(db, migrations.slice(0, step), 1)
    const id = (byte: string) => Buffer.from(byte.repeat(16), 'hex')
    const [exact, named] = ['thumbprint:abc', 'subject:CN=x']
    const ids = { a: id('0a'), b: id('0b'), c: id('0c'), d: id('0d'), exact, named }
    const run = (sql: string) => db.all(statement(sql), ids)
    await run(`INSERT INTO service_account VALUES (:a, 'x', '', '', 1, 1, NULL, 0)`)
    await run(`INSERT INTO certificate_mapping VALUES (:b, :a, 'x', :exact, '', 0, 1)`)
    await run(`INSERT INTO certificate_mapping VALUES (:c, :a, 'x', :named, '', 0, 1)`)
    await run(`INSERT INTO client_certificate VALUES (:a, :b, 'one', '30', '01', 'CN=x', 9, 1, 1, 5)`)
    await run(`INSERT INTO client_certificate VALUES (:d, :b, 'two', '30', '02', 'CN=x', 9, 1, 1, NULL)`)
    await migrate(db, migrations, 2)
    expect(await run('SELECT selector, issuer FROM certificate_mapping ORDER BY id')).toEqual([
      { selector: exact, issuer: '' },
      { selector: named, issuer: '' },
    ])
    expect(await run('SELECT thumbprint, revoked_at FROM client_certificate')).toEqual([
      { thumbprint: 'one', revoked_at: 5 },
    ])
    await run('DELETE FROM certificate_mapping')
    expect(await run('SELECT thumbprint FROM client_certificate')).toEqual([])
  })

  test('one that was renewed with its key is the same', async () => {
    const ca = createTestCa('CN=Ours')
    const { map, list, exchange, configure } = await start(store, ca)
    await map({ kind: 'subject', value: subject })
    const notAfter = Date.now() + days(300)
    const renewed = toPem(
      'CERTIFICATE',
      issueCertificate({
        issuer: ca,
        subject: 'CN=Ours',
        publicKey: ca.publicKey,
        notBefore: Date.now() - days(1),
        notAfter,
        isAuthority: true,
      }),
    )
    await configure([ca.cert, renewed], [ca.revoke()])
    const { issuers } = await list()
    expect(issuers).toMatchObject([{ issuer: keyOf(ca) }])
    expect(issuers[0]?.expiresAt.slice(0, 10)).toBe(new Date(notAfter).toISOString().slice(0, 10))
    expect((await map({ kind: 'uri', value: uri })).status).toBe(201)
    await configure([renewed], [ca.revoke()])
    expect((await exchange(issue(ca))).status).toBe(200)
  })
})
