import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createFiles, createTestCa, sendOverTls, serverCredential } from '#test/support/certificates.ts'
import { hasCommand } from '#test/support/has-command.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { ConfigError, type Fault } from '../../config/config-error.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { ConfigOptions } from '../../config/settings.ts'
import { createLog } from '../../core/log/log.ts'
import { listen } from '../../server.ts'
import { createTlsFiles, readTlsFiles, type TlsSettings } from './files.ts'
import { decideCertificate } from './policy.ts'
import { parseCertificate } from './x509/certificate.ts'
import { sequence } from './x509/der.ts'
import { extension, serverAuth, toPem } from './x509/issue.ts'

const none: TlsSettings = { tlsCert: null, tlsKey: null, mtlsCa: null, mtlsCrl: null, nodeEnv: 'test' }

function faultsOf(settings: Partial<TlsSettings>): Fault[] {
  try {
    readTlsFiles({ ...none, ...settings })
  } catch (error) {
    if (error instanceof ConfigError) return [...error.faults]
    throw error
  }
  return []
}

const said = (settings: Partial<TlsSettings>): string =>
  faultsOf(settings)
    .map(({ key, given, expected }) => `${key}: ${given}: ${expected}`)
    .join('\n')

describe('settings', () => {
  const load = (options: ConfigOptions): string => {
    try {
      loadConfig({ env: {}, file: null, options })
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const https = { publicUrl: 'https://auth.example.com' }

  test.each<[string, ConfigOptions, RegExp]>([
    ['a certificate without its key', { ...https, tlsCert: '/c' }, /TLS_CERT and TLS_KEY together/],
    ['TLS under an http address', { tlsCert: '/c', tlsKey: '/k' }, /an https address: with TLS_CERT/],
    ['lists without CAs', { mtlsCrl: '/l' }, /MTLS_CA as well/],
    ['a header from everybody', { mtlsCa: '/a', mtlsProxyHeader: 'client-cert' }, /TRUSTED_PROXIES as well/],
    [
      'a header without CAs',
      { mtlsProxyHeader: 'client-cert', trustedProxies: ['10.0.0.1'] },
      /MTLS_CA as well/,
    ],
    [
      'a header of its own',
      { mtlsProxyHeader: 'x-cert' as never },
      /one of client-cert, x-forwarded-client-cert/,
    ],
  ])('%s is refused', (_, options, expected) => expect(load(options)).toMatch(expected))

  test('all of them together are taken', () =>
    expect(
      load({
        ...https,
        tlsCert: '/c',
        tlsKey: '/k',
        mtlsCa: '/a',
        mtlsCrl: '/l',
        mtlsProxyHeader: 'ssl-client-cert',
        trustedProxies: ['10.0.0.1'],
      }),
    ).toBe(''))
})

describe('at the start', () => {
  test('every file at fault is named, and no key is shown', () => {
    const { paths } = createFiles({ cert: 'x', key: 'secret words', ca: 'z', crl: '' })
    const text = said({ tlsCert: paths.cert, tlsKey: paths.key, mtlsCa: paths.ca, mtlsCrl: paths.crl })
    for (const name of ['TLS_CERT', 'TLS_KEY', 'MTLS_CA', 'MTLS_CRL']) expect(text).toContain(`${name}: `)
    expect(text).not.toContain('secret words')
  })

  test('a file that is not there is named', () => {
    expect(said({ mtlsCa: '/nowhere/ca.pem' })).toMatch(/^MTLS_CA: \/nowhere\/ca.pem \(ENOENT\)/)
  })

  test('the key must be that of the certificate, and its owner’s alone in production', () => {
    const ca = createTestCa()
    const [one, other] = [serverCredential(ca), serverCredential(ca)]
    const { paths } = createFiles({ cert: one.cert, key: one.key, wrong: other.key })
    expect(faultsOf({ tlsCert: paths.cert, tlsKey: paths.key, nodeEnv: 'production' })).toEqual([])
    expect(said({ tlsCert: paths.cert, tlsKey: paths.wrong })).toMatch(
      /^TLS_KEY: .*private key of the certificate/,
    )
    chmodSync(paths.key, 0o644)
    expect(faultsOf({ tlsCert: paths.cert, tlsKey: paths.key })).toEqual([])
    expect(said({ tlsCert: paths.cert, tlsKey: paths.key, nodeEnv: 'production' })).toMatch(/other users/)
  })

  test('a CA must be one, for clients, and say nothing that is not understood', () => {
    const ca = createTestCa('CN=Good')
    const constrained = extension('2.5.29.30', sequence(), true)
    const cases: [string, RegExp | null][] = [
      [ca.cert, null],
      [ca.cert + createTestCa('CN=Other').cert, null],
      [ca.cert + ca.issue('CN=leaf').cert, /CN=leaf, which is no CA/],
      [
        createTestCa('CN=C', undefined, { extensions: [constrained] }).cert,
        /CN=C, whose critical extensions 2\.5\.29\.30/,
      ],
      [createTestCa('CN=S', undefined, { purposes: [serverAuth] }).cert, /CN=S, which is not for client/],
      [ca.issue('CN=leaf').key, /PEM certificates of CAs/],
      [`${ca.cert}-----BEGIN CERTIFICATE-----`, /PEM certificates of CAs/],
    ]
    for (const [content, expected] of cases) {
      const { paths } = createFiles({ ca: content })
      if (expected) expect(said({ mtlsCa: paths.ca })).toMatch(expected)
      else expect(said({ mtlsCa: paths.ca })).toBe('')
    }
  })

  test('each CA has a list that it has signed, without anything critical that is not understood', () => {
    const [ca, second] = [createTestCa('CN=One'), createTestCa('CN=Two')]
    const both = ca.cert + second.cert
    const forged = toPem('X509 CRL', createTestCa('CN=One').list())
    const indirect = toPem('X509 CRL', ca.list({ extensions: [extension('2.5.29.28', sequence(), true)] }))
    const cases: [string, string, RegExp | null][] = [
      [both, ca.revoke() + second.revoke(), null],
      [both, ca.revoke(), /without a list of CN=Two/],
      [ca.cert, ca.revoke() + second.revoke(), /lists that a CA of MTLS_CA has signed/],
      [ca.cert, forged, /lists that a CA of MTLS_CA has signed/],
      [ca.cert, indirect, /revocation lists in PEM/],
    ]
    for (const [authorities, lists, expected] of cases) {
      const { paths } = createFiles({ ca: authorities, crl: lists })
      if (expected) expect(said({ mtlsCa: paths.ca, mtlsCrl: paths.crl })).toMatch(expected)
      else expect(said({ mtlsCa: paths.ca, mtlsCrl: paths.crl })).toBe('')
    }
  })

  test('a server does not start with faulty files', async () => {
    const { paths } = createFiles({ ca: 'garbage' })
    await expect(createTestLatchkey({ mtlsCa: paths.ca })).rejects.toThrow(/MTLS_CA/)
  })

  test.skipIf(!hasCommand('openssl'))('files of OpenSSL with RSA keys are read', () => {
    const { folder } = createFiles({
      'ca.cnf': [
        '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\ncrlnumber=serial\nnew_certs_dir=.',
        'certificate=ca.pem\nprivate_key=ca-key.pem\ndefault_md=sha384\ndefault_days=9\ndefault_crl_days=9',
        'policy=p\nx509_extensions=client\n[p]\ncommonName=supplied\n[client]\nextendedKeyUsage=clientAuth\n',
      ].join('\n'),
      'index.txt': '',
      serial: '8001',
    })
    const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
    openssl(
      ...'req -x509 -newkey rsa:2048 -nodes -days 9 -subj /O=Example/CN=RSA -keyout ca-key.pem -out ca.pem'.split(
        ' ',
      ),
    )
    for (const name of ['one', 'two']) {
      openssl(
        ...`req -newkey rsa:2048 -nodes -subj /CN=${name} -keyout ${name}-key.pem -out ${name}.csr`.split(
          ' ',
        ),
      )
      openssl(...`ca -batch -config ca.cnf -in ${name}.csr -out ${name}.pem -notext`.split(' '))
    }
    openssl(...'ca -config ca.cnf -revoke one.pem'.split(' '))
    openssl(...'ca -config ca.cnf -gencrl -out crl.pem'.split(' '))
    const { trust } = readTlsFiles({
      ...none,
      mtlsCa: join(folder, 'ca.pem'),
      mtlsCrl: join(folder, 'crl.pem'),
    })
    const decide = (name: string) => {
      const pem = readFileSync(join(folder, `${name}.pem`), 'utf8')
      const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
      return decideCertificate(must(parseCertificate(der)), must(trust), Date.now())
    }
    expect(decide('two')).toMatchObject({ ok: true })
    expect(decide('one')).toMatchObject({ ok: false, code: 'client_certificate_revoked' })
  })
})

describe('while it runs', () => {
  test('files that are not whole leave what was, and are said once', () => {
    const [ca, next] = [createTestCa('CN=One'), createTestCa('CN=Two')]
    const lines: string[] = []
    const { paths, write } = createFiles({ ca: ca.cert })
    const files = createTlsFiles(
      { ...none, mtlsCa: paths.ca },
      createLog({ write: (line) => lines.push(line), pretty: false }),
    )
    const subjects = () =>
      must(files.current().trust).authorities.map(({ certificate }) => certificate.subject)
    expect(subjects()).toEqual(['CN=One'])
    expect(files.refresh()).toBe(false)
    for (const broken of [next.cert.slice(0, 200), next.cert.slice(0, 300)]) {
      write('ca', broken)
      expect([files.refresh(), files.refresh()]).toEqual([false, false])
    }
    rmSync(paths.ca)
    expect(files.refresh()).toBe(false)
    expect(subjects()).toEqual(['CN=One'])
    const errors = lines.filter((line) => line.includes('"error"'))
    expect(errors).toHaveLength(2)
    let changes = 0
    const stop = files.onChange(() => changes++)
    write('ca', next.cert)
    expect(files.refresh()).toBe(true)
    expect([subjects(), changes]).toEqual([['CN=Two'], 1])
    stop()
    write('ca', ca.cert)
    expect([files.refresh(), changes]).toEqual([true, 1])
  })

  test('a new certificate of the server is in the next connection, and no request is lost', async () => {
    const ca = createTestCa()
    const [before, after] = [serverCredential(ca), serverCredential(ca)]
    const { paths, write } = createFiles({ cert: before.cert, key: before.key })
    const { latchkey } = await createTestLatchkey({
      logLevel: 'silent',
      port: 0,
      publicUrl: 'https://localhost:4000',
      tlsCert: paths.cert,
      tlsKey: paths.key,
    })
    const server = await listen(latchkey)
    onTestFinished(() => server.stop())
    const served = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(
          { host: 'localhost', port: server.port, ca: ca.cert, servername: 'localhost' },
          () => {
            resolve(must(socket.getPeerX509Certificate()).serialNumber.toLowerCase())
            socket.destroy()
          },
        )
        socket.once('error', reject)
      })
    expect(await served()).toBe(before.serial)
    // Between the two the key is not that of the certificate.
    write('cert', after.cert)
    await latchkey.refreshTls()
    expect(await served()).toBe(before.serial)
    write('key', after.key)
    await latchkey.refreshTls()
    expect(await served()).toBe(after.serial)
    // No CA is configured: the server requests no certificate.
    const health = await sendOverTls(`https://localhost:${server.port}/.well-known/jwks.json`, {
      ca: ca.cert,
    })
    expect(health.status).toBe(200)
    expect(health.headers.get('strict-transport-security')).toBeTruthy()
  })

  test('a new CA beside the old is how one is changed over', async () => {
    const [ca, next] = [createTestCa('CN=One'), createTestCa('CN=Two')]
    const { paths, write } = createFiles({ ca: ca.cert, ...tlsOf(ca) })
    const { latchkey } = await createTestLatchkey({
      port: 0,
      publicUrl: 'https://localhost:4000',
      tlsCert: paths.cert,
      tlsKey: paths.key,
      mtlsCa: paths.ca,
    })
    const server = await listen(latchkey)
    onTestFinished(() => server.stop())
    const [old, young] = [ca.issue('CN=a'), next.issue('CN=a')]
    const reasonsOf = async () => {
      const { trust } = latchkey.services.tlsFiles.current()
      return [old, young].map(
        ({ der }) => decideCertificate(must(parseCertificate(der)), must(trust), Date.now()).ok,
      )
    }
    /** Whom the handshake lets in, with whatever certificate. */
    const answered = () =>
      new Promise<number>((resolve, reject) => {
        const sent = request(
          `https://localhost:${server.port}/`,
          { agent: false, ca: ca.cert, cert: young.cert, key: young.key },
          (answer) => {
            answer.resume()
            resolve(must(answer.statusCode))
          },
        )
        sent.once('error', reject)
        sent.end()
      })
    expect([await reasonsOf(), await answered()]).toEqual([[true, false], 200])
    write('ca', ca.cert + next.cert)
    await latchkey.refreshTls()
    expect(await reasonsOf()).toEqual([true, true])
    write('ca', next.cert)
    await latchkey.refreshTls()
    expect(await reasonsOf()).toEqual([false, true])
  })
})

function tlsOf(ca: ReturnType<typeof createTestCa>): { cert: string; key: string } {
  const { cert, key } = serverCredential(ca)
  return { cert, key }
}
