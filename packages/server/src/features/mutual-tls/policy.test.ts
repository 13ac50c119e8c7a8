import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { days } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { createFiles, createTestCa, type TestCa } from '#test/support/certificates.ts'
import { hasCommand } from '#test/support/has-command.ts'
import { readTlsFiles } from './files.ts'
import { decideCertificate } from './policy.ts'
import { parseCertificate, parseCertificates } from './x509/certificate.ts'
import { sequence } from './x509/der.ts'
import { extension, issueCertificate, serverAuth, toPem } from './x509/issue.ts'

function trustIn(pem: string, lists?: string) {
  const { paths } = createFiles({ ca: pem, crl: lists ?? '' })
  const settings = { tlsCert: null, tlsKey: null, mtlsCa: paths.ca, nodeEnv: 'test' as const }
  return must(readTlsFiles({ ...settings, mtlsCrl: lists === undefined ? null : paths.crl }).trust)
}

/** The reason, or the subject of the CA that vouches. */
function said(der: Uint8Array, trust: ReturnType<typeof trustIn>, now = Date.now()): string {
  const verdict = decideCertificate(must(parseCertificate(der)), trust, now)
  return verdict.ok ? verdict.authority.certificate.subject : verdict.reason
}

const ca = createTestCa('CN=Test CA')
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey

test.each<[string, Parameters<TestCa['issue']>[1], string]>([
  ['a good one', {}, 'CN=Test CA'],
  ['RSA of 2048 bits', { publicKey: rsa(2048) }, 'CN=Test CA'],
  ['RSA of 1024 bits', { publicKey: rsa(1024) }, 'a short RSA key'],
  ['for servers', { purposes: [serverAuth] }, 'not for client authentication'],
  ['for any purpose', { purposes: ['2.5.29.37.0'] }, 'not for client authentication'],
  ['for no purpose', { purposes: [] }, 'not for client authentication'],
  ['a CA', { isAuthority: true }, 'a CA certificate'],
  [
    'a critical extension',
    { extensions: [extension('1.2.3.4', sequence(), true)] },
    'critical extensions: 1.2.3.4',
  ],
  ['one that is not critical', { extensions: [extension('1.2.3.4', sequence())] }, 'CN=Test CA'],
  ['expired', { notAfter: Date.now() - 1000 }, 'expired'],
  ['of tomorrow', { notBefore: Date.now() + days(1) }, 'not valid yet'],
])('%s: %s', (_, fields, expected) =>
  expect(said(ca.issue('CN=a', fields).der, trustIn(ca.cert))).toBe(expected),
)

test('a certificate lasts until its end and no longer (RFC 5280 §4.1.2.5)', () => {
  const notAfter = 1000 * Math.floor(Date.now() / 1000) + 60_000
  const { der } = ca.issue('CN=a', { notAfter })
  expect(said(der, trustIn(ca.cert), notAfter - 1)).toBe('CN=Test CA')
  expect(said(der, trustIn(ca.cert), notAfter + 1000)).toBe('expired')
})

test('of CAs with one name that counts whose key has signed', () => {
  const [second, foreign] = [createTestCa('CN=Test CA'), createTestCa('CN=Test CA')]
  const trust = trustIn(ca.cert + second.cert)
  for (const each of [ca, second]) {
    const verdict = decideCertificate(must(parseCertificate(each.issue('CN=a').der)), trust, Date.now())
    const { thumbprint } = firstOf(must(parseCertificates(each.cert)))
    expect(verdict).toMatchObject({ ok: true, authority: { certificate: { thumbprint } } })
  }
  expect(said(foreign.issue('CN=a').der, trust)).toBe('issued by no configured CA')
})

test('a signature with one bit changed is none', () => {
  const der = Buffer.from(ca.issue('CN=a').der)
  der[der.length - 5]! ^= 1
  expect(said(der, trustIn(ca.cert))).toBe('issued by no configured CA')
})

test('a CA that has expired vouches for nobody', () => {
  const old = createTestCa('CN=Old', undefined, { notAfter: Date.now() + days(2) })
  const { der } = old.issue('CN=a')
  const trust = trustIn(old.cert)
  expect(said(der, trust)).toBe('CN=Old')
  expect(said(der, trust, Date.now() + days(3))).toBe('the CA has expired, or is not valid yet')
})

test('CAs that have signed each other are looked through once', () => {
  const [one, two] = [createTestCa('CN=One'), createTestCa('CN=Two')]
  const crossed = (subject: TestCa, issuer: TestCa): string =>
    toPem(
      'CERTIFICATE',
      issueCertificate({
        issuer,
        subject: subject.subject,
        publicKey: subject.publicKey,
        notBefore: Date.now() - days(1),
        notAfter: Date.now() + days(9),
        isAuthority: true,
      }),
    )
  const trust = trustIn(crossed(one, two) + crossed(two, one), one.revoke() + two.revoke())
  expect(said(one.issue('CN=a').der, trust)).toBe('CN=One')
})

test('a list lapses at its moment, whoever asks', () => {
  const nextUpdate = 1000 * Math.floor(Date.now() / 1000) + 60_000
  const trust = trustIn(ca.cert, toPem('X509 CRL', ca.list({ nextUpdate })))
  const { der } = ca.issue('CN=a')
  expect(said(der, trust, nextUpdate - 1)).toBe('CN=Test CA')
  expect(said(der, trust, nextUpdate)).toBe('the revocation list has lapsed')
})

test('of two lists of a CA the newer one counts', () => {
  const gone = ca.issue('CN=gone')
  const older = toPem('X509 CRL', ca.list({ serials: [gone.serial], thisUpdate: Date.now() - days(3) }))
  const newer = toPem('X509 CRL', ca.list({ thisUpdate: Date.now() - days(1) }))
  for (const lists of [older + newer, newer + older])
    expect(said(gone.der, trustIn(ca.cert, lists))).toBe('CN=Test CA')
})

test.skipIf(!hasCommand('openssl'))('SHA-1 vouches for nobody', () => {
  const { folder } = createFiles({ 'client.cnf': 'extendedKeyUsage=clientAuth\n' })
  const openssl = (words: string) =>
    execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'ignore' })
  openssl('req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=RSA -keyout ca-key.pem -out ca.pem')
  openssl('req -newkey rsa:2048 -nodes -subj /CN=a -keyout a-key.pem -out a.csr')
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const issue = (digest: string) => {
    openssl(
      `x509 -req -${digest} -days 9 -in a.csr -CA ca.pem -CAkey ca-key.pem -extfile client.cnf -out a.pem`,
    )
    return firstOf(must(parseCertificates(read('a.pem')))).x509.raw
  }
  const trust = trustIn(read('ca.pem'))
  expect(said(issue('sha256'), trust)).toBe('CN=RSA')
  expect(said(issue('sha1'), trust)).toBe('issued by no configured CA')
})
