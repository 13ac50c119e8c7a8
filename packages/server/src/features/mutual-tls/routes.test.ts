import { hash, X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { CertificateMapping, ServiceAccount } from '@latchkey/contract'
import { days, minutes, seconds } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { claimsOf } from '#test/support/claims-of.ts'
import { firstOf, must, textOf } from '#test/support/must.ts'
import type { Answered } from '#test/support/administration.ts'
import {
  createFiles,
  createTestCa,
  type Credential,
  sendOverTls,
  serverCredential,
  type TestCa,
} from '#test/support/certificates.ts'
import { introspectWith, startMachinery } from '#test/support/machines.ts'
import { type Store, stores, type TestOptions } from '#test/support/test-latchkey.ts'
import { AuthError } from '../../core/auth-error.ts'
import { statement } from '../../db/statement.ts'
import { listen } from '../../server.ts'
import { serverAuth } from './x509/issue.ts'

const racers = 50
const address = '/api/auth/certificates/token'

interface Exchanged {
  accessToken: string
  tokenType: 'Bearer'
  expiresIn: number
  scope: string
}

interface MappingFields {
  kind: CertificateMapping['kind']
  value: string
  issuer?: string
  name?: string
  scopes?: string[]
  inheritRoles?: boolean
}

/** A server on Node's TLS with a CA for clients, a revocation list and a service account. */
async function startTls(store: Store, options: TestOptions = {}) {
  const ca = createTestCa('CN=Test CA,O=Example')
  const server = serverCredential(ca)
  const files = createFiles({
    'ca.pem': ca.cert,
    'crl.pem': ca.revoke(),
    'server.pem': server.cert,
    'key.pem': server.key,
  })
  const { paths } = files
  const machinery = await startMachinery(store, {
    port: 0,
    publicUrl: 'https://localhost:4000',
    tlsCert: paths['server.pem'],
    tlsKey: paths['key.pem'],
    mtlsCa: paths['ca.pem'],
    mtlsCrl: paths['crl.pem'],
    ...options,
  })
  const running = await listen(machinery.latchkey)
  onTestFinished(() => running.stop())
  const builder = await machinery.newServiceAccount('builder')
  const origin = `https://localhost:${running.port}`
  const over = (credential?: Partial<Credential>) => ({
    ca: ca.cert,
    ...(credential?.cert !== undefined && { cert: credential.cert, key: credential.key }),
  })

  return { ...machinery, ca, files, builder, origin, exchange, use, map, mappingsOf, unmap, endpoint }

  function exchange(credential?: Partial<Credential>, headers: Record<string, string> = {}) {
    return sendOverTls<Exchanged>(origin + address, { method: 'POST', headers, ...over(credential) })
  }

  /** Uses a token at a route of the administration, on a connection with this certificate. */
  function use(token: string, credential?: Partial<Credential>, path = '/api/admin/service-accounts') {
    return sendOverTls(origin + path, { headers: { authorization: `Bearer ${token}` }, ...over(credential) })
  }

  function endpoint(account: ServiceAccount, id = ''): string {
    return `/admin/service-accounts/${account.id}/certificates${id && `/${id}`}`
  }

  async function map(fields: MappingFields, account = builder): Promise<CertificateMapping> {
    const answer = await tryToMap(fields, account)
    expect([answer.status, answer.body.code]).toEqual([201, undefined])
    return answer.body as unknown as CertificateMapping
  }

  function tryToMap(fields: MappingFields, account: ServiceAccount): Promise<Answered> {
    const token = machinery.root.accessToken
    return machinery.call('POST', endpoint(account), { token, body: { name: 'builder', ...fields } })
  }

  async function mappingsOf(account = builder): Promise<CertificateMapping[]> {
    const { body } = await machinery.call<{ items: CertificateMapping[] }>('GET', endpoint(account), {
      token: machinery.root.accessToken,
    })
    return body.items
  }

  async function unmap({ id }: { id: string }, account = builder): Promise<number> {
    const token = machinery.root.accessToken
    return (await machinery.call('DELETE', endpoint(account, id), { token })).status
  }
}

/** On a busy machine some of fifty, who come one after the other, wait too long for a connection to PostgreSQL. */
const codesOf = (answers: Answered[]): Set<string | undefined> =>
  new Set(answers.map(({ body }) => body.code).filter((code) => code !== 'unavailable'))

async function eventsOf({ latchkey }: Awaited<ReturnType<typeof startTls>>): Promise<string[]> {
  await latchkey.services.audit.flush()
  const rows = await latchkey.services.db.all<{ kind: string }>(
    statement('SELECT kind FROM audit_event ORDER BY id'),
  )
  return rows.map(({ kind }) => kind).filter((kind) => /certificate/.test(kind))
}

describe.each(stores)('on %s, over TLS', (store) => {
  test('a certificate gets a short token that works on a connection with it and on no other (RFC 8705 §3)', async () => {
    const scene = await startTls(store)
    const { ca, exchange, use, map, latchkey, checker } = scene
    const [client, other] = [ca.issue('CN=builder'), ca.issue('CN=builder')]
    const { id } = await map({
      kind: 'thumbprint',
      value: client.thumbprint,
      scopes: ['a', 'b'],
      inheritRoles: true,
    })
    const answer = await exchange(client)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const { accessToken, ...rest } = answer.body
    expect(rest).toEqual({ tokenType: 'Bearer', expiresIn: 300, scope: 'a b' })
    const [mapping] = await scene.mappingsOf()
    const claims = claimsOf(accessToken)
    expect(claims).toMatchObject({
      sub: scene.builder.id,
      client_id: mapping?.certificates[0]?.id,
      scope: 'a b',
      cnf: { 'x5t#S256': client.thumbprint },
    })
    for (const name of ['sid', 'auth_time', 'amr', 'acr', 'roles', 'permissions'])
      expect(claims).not.toHaveProperty(name)

    // Known and without the permission; and as for the rest, not even that.
    expect((await use(accessToken, client)).code).toBe('forbidden')
    for (const credential of [other, undefined]) {
      const refused = await use(accessToken, credential)
      expect([refused.status, refused.code]).toEqual([401, 'invalid_token'])
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
    }
    await expect(latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('not valid')
    expect((await introspectWith(scene, checker, accessToken)).body).toMatchObject({
      active: true,
      cnf: { 'x5t#S256': client.thumbprint },
    })
    expect(mapping).toMatchObject({ id, kind: 'thumbprint', value: client.thumbprint, scopes: ['a', 'b'] })
    expect(mapping?.certificates).toMatchObject([
      { thumbprint: client.thumbprint, subject: 'CN=builder', revokedAt: null },
    ])
    expect(await eventsOf(scene)).toEqual(['certificate_mapping.created', 'client_certificate.first_used'])
  })

  test('who has none, or one that is not good, gets nothing', async () => {
    const { ca, exchange, map } = await startTls(store)
    const foreign = createTestCa('CN=Test CA,O=Example')
    await map({ kind: 'subject', value: 'CN=builder,O=Example' })
    const subject = 'CN=builder,O=Example'
    const past = { notBefore: Date.now() - days(9), notAfter: Date.now() - days(2) }
    expect((await exchange(ca.issue(subject))).status).toBe(200)
    const refused: [string, Credential | undefined, string][] = [
      ['none', undefined, 'client_certificate_needed'],
      ['a CA of the same name', foreign.issue(subject), 'client_certificate_invalid'],
      ['signed by itself', createTestCa(subject).issue(subject), 'client_certificate_invalid'],
      ['expired', ca.issue(subject, past), 'client_certificate_expired'],
      ['not valid yet', ca.issue(subject, { notBefore: Date.now() + days(1) }), 'client_certificate_invalid'],
      ['a server’s', ca.issue(subject, { purposes: [serverAuth] }), 'client_certificate_invalid'],
      ['for no purpose', ca.issue(subject, { purposes: [] }), 'client_certificate_invalid'],
      ['a CA’s', ca.issue(subject, { isAuthority: true }), 'client_certificate_invalid'],
      ['nobody’s', ca.issue('CN=nobody'), 'client_certificate_invalid'],
    ]
    // Browsers show certificates to whatever page asks.
    const forged = await exchange(ca.issue(subject), { 'sec-fetch-site': 'cross-site' })
    expect([forged.status, forged.code]).toEqual([403, 'cross_site_request'])
    for (const [name, credential, code] of refused) {
      const answer = await exchange(credential)
      expect([name, answer.status, answer.code]).toEqual([name, 401, code])
      expect(JSON.stringify(answer.body)).not.toMatch(/builder|subject|reason/)
    }
  })

  test('a certificate on the revocation list gets nothing, and what it got ends at once (ASVS V7.4.1)', async () => {
    const scene = await startTls(store)
    const { ca, files, exchange, use, map, latchkey } = scene
    await map({ kind: 'subject', value: 'CN=builder' })
    const [client, successor] = [ca.issue('CN=builder'), ca.issue('CN=builder')]
    const { accessToken } = (await exchange(client)).body
    const { accessToken: next } = (await exchange(successor)).body
    expect((await use(accessToken, client)).code).toBe('forbidden')
    files.write('crl.pem', ca.revoke(client))
    await latchkey.refreshTls()
    expect((await use(accessToken, client)).code).toBe('token_revoked')
    expect((await exchange(client)).code).toBe('client_certificate_revoked')
    expect((await introspectWith(scene, scene.checker, accessToken)).body).toEqual({ active: false })
    const { isAlive } = latchkey.services.mutualTls
    const alive = (token: string) => isAlive(textOf(claimsOf(token)['client_id']))
    expect([await alive(accessToken), await alive(next)]).toEqual([false, true])
    // Another certificate of the same name goes on.
    expect((await use(next, successor)).code).toBe('forbidden')
    expect((await exchange(successor)).status).toBe(200)
    // Not even an older list brings it back, and not when the entry of the revocation log has lapsed.
    files.write('crl.pem', ca.revoke())
    await latchkey.refreshTls()
    scene.clock.advance(minutes(20))
    expect((await exchange(client)).code).toBe('client_certificate_revoked')
    expect((await eventsOf(scene)).filter((kind) => kind === 'client_certificate.revoked')).toHaveLength(1)
  })

  test('what was revoked while the server was down is ended when it starts', async () => {
    const { ca, files, exchange, use, map, latchkey } = await startTls(store)
    await map({ kind: 'subject', value: 'CN=builder' })
    const client = ca.issue('CN=builder')
    const { accessToken } = (await exchange(client)).body
    files.write('crl.pem', ca.revoke(client))
    // As the start does, which reads the files for the first time.
    latchkey.services.tlsFiles.refresh()
    expect(await latchkey.services.mutualTls.endRevoked()).toBe(1)
    expect(await latchkey.services.mutualTls.endRevoked()).toBe(0)
    expect((await use(accessToken, client)).code).toBe('token_revoked')
  })

  test('a removed mapping ends its tokens at once; one that comes in its place works at once', async () => {
    const scene = await startTls(store)
    const { ca, exchange, use, map, unmap } = scene
    const client = ca.issue('CN=builder')
    const mapping = await map({ kind: 'thumbprint', value: client.thumbprint })
    const { accessToken } = (await exchange(client)).body
    expect(await unmap(mapping)).toBe(204)
    expect(await unmap(mapping)).toBe(404)
    expect((await use(accessToken, client)).code).toBe('token_revoked')
    expect((await exchange(client)).code).toBe('client_certificate_invalid')
    expect((await introspectWith(scene, scene.checker, accessToken)).body).toEqual({ active: false })
    await map({ kind: 'subject', value: 'CN=builder' })
    const { accessToken: next } = (await exchange(client)).body
    expect((await use(next, client)).code).toBe('forbidden')
  })

  test('a disabled service account ends its tokens, and a deleted one its mappings', async () => {
    const scene = await startTls(store)
    const { ca, exchange, use, map, call, root, builder } = scene
    const client = ca.issue('CN=builder')
    await map({ kind: 'subject', value: 'CN=builder' })
    const { accessToken } = (await exchange(client)).body
    const path = `/admin/service-accounts/${builder.id}`
    await call('POST', `${path}/disable`, { token: root.accessToken })
    expect((await use(accessToken, client)).code).toBe('token_revoked')
    expect((await exchange(client)).code).toBe('service_account_disabled')
    await call('POST', `${path}/enable`, { token: root.accessToken })
    // After enabling it gets valid tokens at once, and no earlier token comes back.
    expect((await use((await exchange(client)).body.accessToken, client)).code).toBe('forbidden')
    expect((await use(accessToken, client)).code).toBe('token_revoked')
    await call('DELETE', path, { token: root.accessToken })
    expect((await exchange(client)).code).toBe('client_certificate_invalid')
    // The name is free for another service account.
    const other = await scene.newServiceAccount('other')
    await map({ kind: 'subject', value: 'CN=builder' }, other)
    expect(claimsOf((await exchange(client)).body.accessToken)['sub']).toBe(other.id)
  })

  test('mapped by fifty at once certificates are one service account’s (ASVS V15.4.2)', async () => {
    const scene = await startTls(store)
    const { call, root, endpoint, builder, newServiceAccount } = scene
    const accounts = [builder, await newServiceAccount('second'), await newServiceAccount('third')]
    const answers = await Promise.all(
      Array.from({ length: racers }, (_, index) =>
        call('POST', endpoint(must(accounts[index % 3])), {
          token: root.accessToken,
          body: { name: 'x', kind: 'uri', value: 'spiffe://example.com/builder' },
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(codesOf(answers)).toEqual(new Set([undefined, 'certificate_mapping_taken']))
  })

  test('a service account has a hundred mappings at most, also when fifty are made at once (ASVS V15.4.2)', async () => {
    const { latchkey, builder, mappingsOf } = await startTls(store)
    // As the command line does, which waits for no roles before.
    const operator = { actorId: null, ip: null, userAgent: null }
    const make = async (index: number): Promise<string> => {
      const fields = {
        name: 'x',
        kind: 'subject' as const,
        value: `CN=${index}`,
        scopes: [],
        inheritRoles: false,
      }
      try {
        await latchkey.services.mutualTls.create(builder.id, fields, operator)
      } catch (error) {
        return error instanceof AuthError ? error.code : 'unavailable'
      }
      return 'made'
    }
    for (let index = 0; index < 95; index++) expect(await make(index)).toBe('made')
    const outcomes = await Promise.all(Array.from({ length: racers }, (_, index) => make(1000 + index)))
    expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(5)
    expect(outcomes).toContain('certificate_mapping_limit_reached')
    expect(await mappingsOf()).toHaveLength(100)
  })

  test('the first use is noted once among fifty, and the last one at most once a minute', async () => {
    const scene = await startTls(store)
    const { ca, exchange, map, mappingsOf, clock } = scene
    const client = ca.issue('CN=builder')
    await map({ kind: 'subject', value: 'CN=builder' })
    const answers = await Promise.all(Array.from({ length: racers }, () => exchange(client)))
    const ids = new Set(answers.map(({ body }) => claimsOf(body.accessToken)['client_id']))
    const [mapping] = await mappingsOf()
    expect([...ids]).toEqual([mapping?.certificates[0]?.id])
    expect(mapping?.certificates).toHaveLength(1)
    const lastUse = async () => (await mappingsOf())[0]?.certificates[0]?.lastUsedAt
    const first = await lastUse()
    clock.advance(seconds(59))
    await exchange(client)
    expect(await lastUse()).toBe(first)
    clock.advance(seconds(1))
    await exchange(client)
    expect(await lastUse()).toBe(new Date(clock.now()).toISOString())
    expect((await eventsOf(scene)).filter((kind) => kind.endsWith('first_used'))).toHaveLength(1)
  })

  test('what was exchanged while the mapping was being removed opens nothing afterwards', async () => {
    const { ca, exchange, use, map, unmap } = await startTls(store)
    const client = ca.issue('CN=builder')
    const mapping = await map({ kind: 'subject', value: 'CN=builder' })
    const uses = Array.from({ length: racers }, () => exchange(client))
    await uses[0]
    expect(await unmap(mapping)).toBe(204)
    for (const { status, code, body } of await Promise.all(uses)) {
      if (status === 200) expect((await use(body.accessToken, client)).code).toBe('token_revoked')
      else expect(code).toMatch(/^client_certificate_(invalid|revoked)$/)
    }
  })
})

test('a session of TLS that is resumed is still that certificate’s', async () => {
  const { ca, origin, map, files, latchkey } = await startTls('sqlite')
  await map({ kind: 'subject', value: 'CN=builder' })
  const { cert, key, ...client } = ca.issue('CN=builder')
  // Keeps sessions, not connections.
  const agent = new Agent({ ca: ca.cert, cert, key })
  onTestFinished(() => agent.destroy())
  const reused: boolean[] = []
  agent.on(
    'keylog',
    (_, socket: TLSSocket) => void socket.once('secureConnect', () => reused.push(socket.isSessionReused())),
  )
  const exchange = () => sendOverTls<Exchanged>(origin + address, { method: 'POST', agent })
  expect((await exchange()).status).toBe(200)
  const { status, body } = await exchange()
  expect([status, claimsOf(body.accessToken)['cnf']]).toEqual([200, { 'x5t#S256': client.thumbprint }])
  files.write('crl.pem', ca.revoke({ cert, key, ...client }))
  await latchkey.refreshTls()
  expect((await exchange()).code).toBe('client_certificate_revoked')
  expect(reused).toContain(true)
})

describe('names', () => {
  const uris = ['spiffe://example.com/builder']

  type Case = [name: string, mapping: MappingFields, certificate: Parameters<TestCa['issue']>]

  const theirs: Case[] = [
    ['a URI', { kind: 'uri', value: firstOf(uris) }, ['CN=a', { uris: ['https://other.example', ...uris] }]],
    [
      'a host name',
      { kind: 'dns', value: 'Builder.example.com' },
      ['CN=a', { dnsNames: ['builder.EXAMPLE.com'] }],
    ],
    ['a subject', { kind: 'subject', value: 'cn = a\\, b , O=Example' }, ['CN=a\\, b,O=Example']],
    ['a URI, without a subject', { kind: 'uri', value: firstOf(uris) }, ['', { uris }]],
  ]
  const othersNames: Case[] = [
    ['a wildcard', { kind: 'dns', value: 'a.example.com' }, ['CN=a', { dnsNames: ['*.example.com'] }]],
    ['a name below', { kind: 'dns', value: 'example.com' }, ['CN=a', { dnsNames: ['a.example.com'] }]],
    [
      'NUL in a name',
      { kind: 'dns', value: 'a.example.com' },
      ['CN=a', { dnsNames: ['a.example.com\u0000.evil'] }],
    ],
    ['a common name', { kind: 'dns', value: 'a.example.com' }, ['CN=a.example.com']],
    [
      'other letters',
      { kind: 'uri', value: 'spiffe://example.com/a' },
      ['CN=a', { uris: ['spiffe://example.com/A'] }],
    ],
    [
      'a longer path',
      { kind: 'uri', value: 'spiffe://example.com/a' },
      ['CN=a', { uris: ['spiffe://example.com/a/b'] }],
    ],
    ['names in a URI', { kind: 'uri', value: 'spiffe://b/a' }, ['CN=a', { uris: ['x:y, URI:spiffe://b/a'] }]],
    ['a subject with more', { kind: 'subject', value: 'CN=a' }, ['CN=a,O=Example']],
    ['another order', { kind: 'subject', value: 'CN=a,O=Example' }, ['O=Example,CN=a']],
    ['a comma in a value', { kind: 'subject', value: 'CN=a,O=Example' }, ['CN=a\\,O=Example']],
    ['one set of two', { kind: 'subject', value: 'CN=a,O=Example' }, ['CN=a+O=Example']],
    ['letters of another case', { kind: 'subject', value: 'CN=a' }, ['CN=A']],
    ['a space behind it', { kind: 'subject', value: 'CN=a' }, ['CN=a\\ ']],
    ['a line break', { kind: 'subject', value: 'CN=a,O=Example' }, ['CN=a\\0aO=Example']],
  ]

  test('say whose a certificate is, in their one form and in no other (RFC 4514, RFC 5280 §4.2.1.6)', async () => {
    const { ca, exchange, map, unmap, builder } = await startTls('sqlite')
    for (const [name, fields, issued] of theirs) {
      const mapping = await map(fields)
      const answer = await exchange(ca.issue(...issued))
      expect([name, answer.status, answer.code]).toEqual([name, 200, undefined])
      expect(claimsOf(answer.body.accessToken)['sub']).toBe(builder.id)
      await unmap(mapping)
    }
    for (const [name, fields, issued] of othersNames) {
      const mapping = await map(fields)
      expect([name, (await exchange(ca.issue(...issued))).code]).toEqual([name, 'client_certificate_invalid'])
      await unmap(mapping)
    }
  })

  test('of several mappings of one account the most specific counts', async () => {
    const { ca, exchange, map } = await startTls('sqlite')
    const client = ca.issue('CN=a', { uris })
    await map({ kind: 'subject', value: 'CN=a', scopes: ['subject'] })
    expect((await exchange(client)).body.scope).toBe('subject')
    await map({ kind: 'uri', value: firstOf(uris), scopes: ['uri'] })
    expect((await exchange(client)).body.scope).toBe('uri')
    await map({ kind: 'thumbprint', value: client.thumbprint, scopes: ['thumbprint'] })
    expect((await exchange(client)).body.scope).toBe('thumbprint')
  })

  test('a certificate with names of two accounts is nobody’s', async () => {
    const { ca, exchange, map, newServiceAccount } = await startTls('sqlite')
    await map({ kind: 'uri', value: firstOf(uris) })
    await map({ kind: 'dns', value: 'other.example.com' }, await newServiceAccount('other'))
    const both = ca.issue('CN=a', { uris, dnsNames: ['other.example.com'] })
    expect((await exchange(both)).code).toBe('client_certificate_invalid')
  })

  test('too many names are looked up for nobody', async () => {
    const { ca, exchange, map } = await startTls('sqlite')
    await map({ kind: 'uri', value: firstOf(uris) })
    const dnsNames = Array.from({ length: 60 }, (_, index) => `h${index}.example.com`)
    expect((await exchange(ca.issue('CN=a', { uris, dnsNames }))).code).toBe('client_certificate_invalid')
  })

  test('what is no name of its kind is refused', async () => {
    const { call, root, endpoint, builder } = await startTls('sqlite')
    const wrong: [CertificateMapping['kind'], string][] = [
      ['thumbprint', 'ab'],
      ['thumbprint', 'z'.repeat(64)],
      ['thumbprint', `${'A'.repeat(42)}B`],
      ['uri', 'builder'],
      ['uri', 'spiffe://a b'],
      ['dns', '*.example.com'],
      ['dns', 'a..b'],
      ['dns', 'a.example.com.'],
      ['dns', '-a.example.com'],
      ['subject', 'builder'],
      ['subject', 'CN='],
      ['subject', '/CN=builder'],
    ]
    for (const [kind, value] of wrong) {
      const body = { name: 'x', kind, value }
      const answer = await call('POST', endpoint(builder), { token: root.accessToken, body })
      expect([value, answer.status, answer.body.code]).toEqual([value, 400, 'invalid_input'])
      expect(answer.body['errors']).toMatchObject([{ path: 'body.value' }])
    }
  })

  test('a thumbprint is taken as OpenSSL prints it', async () => {
    const { ca, exchange, map, unmap } = await startTls('sqlite')
    const client = ca.issue('CN=a')
    const hex = Buffer.from(client.thumbprint, 'base64url').toString('hex')
    for (const value of [hex, hex.toUpperCase().replaceAll(/..(?=.)/g, '$&:')]) {
      const mapping = await map({ kind: 'thumbprint', value })
      expect(mapping.value).toBe(client.thumbprint)
      expect((await exchange(client)).status).toBe(200)
      await unmap(mapping)
    }
  })
})

describe('who may map', () => {
  test('nobody maps a certificate to an account that may do more than they may', async () => {
    const { call, newRole, newUser, newServiceAccount, signIn, endpoint, builder, ca } =
      await startTls('sqlite')
    await newRole('keeper', ['service-accounts:*'])
    await newUser('keeper@example.com', { roles: ['keeper'] })
    const { accessToken: token } = await signIn('keeper@example.com')
    const mighty = await newServiceAccount('mighty', { roles: ['admin'] })
    const body = { name: 'x', kind: 'thumbprint', value: ca.issue('CN=a').thumbprint }
    expect(await call('POST', endpoint(mighty), { token, body })).toMatchObject({ status: 403 })
    expect(await call('POST', endpoint(builder), { token, body })).toMatchObject({ status: 201 })
  })

  test('it asks for a fresh sign-in, and for a person', async () => {
    const { call, root, signIn, endpoint, builder, clock, ca, exchange, map, use, newServiceAccount } =
      await startTls('sqlite')
    const body = { name: 'x', kind: 'subject', value: 'CN=x' }
    const machine = await newServiceAccount('machine', { roles: ['admin'] })
    const client = ca.issue('CN=machine')
    await map({ kind: 'subject', value: 'CN=machine', inheritRoles: true }, machine)
    const { accessToken } = (await exchange(client)).body
    // Roles are inherited where the mapping says so: it may read.
    expect((await use(accessToken, client)).status).toBe(200)
    clock.advance(minutes(11))
    const stale = await call('POST', endpoint(builder), { token: root.accessToken, body })
    expect(stale.body.code).toBe('insufficient_user_authentication')
    expect(
      (await call('POST', endpoint(builder), { token: (await signIn('root@example.com')).accessToken, body }))
        .status,
    ).toBe(201)
  })
})

describe('time', () => {
  test('a token lives no longer than its certificate, and a connection proves nothing for ever', async () => {
    const { ca, exchange, map, clock } = await startTls('sqlite')
    await map({ kind: 'subject', value: 'CN=builder' })
    // Whole seconds: that is how certificates tell time.
    const client = ca.issue('CN=builder', { notAfter: 1000 * Math.floor(clock.now() / 1000) + 61_000 })
    const { expiresIn } = (await exchange(client)).body
    expect(expiresIn).toBeGreaterThanOrEqual(60)
    expect(expiresIn).toBeLessThanOrEqual(61)
    clock.advance(minutes(2))
    expect((await exchange(client)).code).toBe('client_certificate_expired')
  })

  test('a revocation list that has lapsed lets nobody in, and says that it is not their fault', async () => {
    const { ca, exchange, map, clock, files, latchkey } = await startTls('sqlite')
    await map({ kind: 'subject', value: 'CN=builder' })
    const client = ca.issue('CN=builder')
    clock.advance(days(2))
    const lapsed = await exchange(client)
    expect([lapsed.status, lapsed.code, lapsed.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      '60',
    ])
    files.write('crl.pem', ca.list({ nextUpdate: clock.now() + days(1) }))
    await latchkey.refreshTls()
    expect((await exchange(client)).status).toBe(200)
  })
})

describe('a CA below another', () => {
  test('issues where it is configured, until its own certificate is revoked', async () => {
    const root = createTestCa('CN=Root')
    const below = createTestCa('CN=Below', root)
    const lists = (...revoked: Parameters<TestCa['revoke']>) => root.revoke(...revoked) + below.revoke()
    const extra = createFiles({ 'two.pem': root.cert + below.cert, 'lists.pem': lists() })
    const scene = await startTls('sqlite', {
      mtlsCa: extra.paths['two.pem'],
      mtlsCrl: extra.paths['lists.pem'],
    })
    const issuer = hash('sha256', below.publicKey.export({ type: 'spki', format: 'der' }), 'hex')
    await scene.map({ kind: 'subject', value: 'CN=builder', issuer })
    const client = below.issue('CN=builder')
    expect((await scene.exchange(client)).status).toBe(200)
    const { serialNumber } = new X509Certificate(below.cert)
    extra.write('lists.pem', lists({ ...client, serial: serialNumber.toLowerCase() }))
    await scene.latchkey.refreshTls()
    expect((await scene.exchange(client)).code).toBe('client_certificate_revoked')
  })

  test('that comes with the request is no CA of ours', async () => {
    const { ca, exchange, map } = await startTls('sqlite')
    await map({ kind: 'subject', value: 'CN=builder' })
    const below = createTestCa('CN=Below', ca)
    const client = below.issue('CN=builder')
    expect((await exchange({ ...client, cert: client.cert + below.cert })).code).toBe(
      'client_certificate_invalid',
    )
  })
})
