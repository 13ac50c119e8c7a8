import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { createFiles, createTestCa } from '#test/support/certificates.ts'
import { hasCommand } from '#test/support/has-command.ts'
import { parseCertificate, parseCertificates } from './certificate.ts'
import { integer, oid, oidOf, readDer, sequence, tags, time, timeOf, write } from './der.ts'
import { encodeName, nameText, parseName } from './distinguished-name.ts'
import { extension, toPem } from './issue.ts'
import { isListOf, parseRevocationLists } from './revocation-list.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

describe('DER', () => {
  test('is read as it was written, whatever its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (content) => {
        expect(Buffer.from(readDer(write(tags.octetString, content)).content)).toEqual(Buffer.from(content))
      }),
      { numRuns: 30 },
    )
    expect(oidOf(readDer(oid('1.2.840.113549.1.1.11')))).toBe('1.2.840.113549.1.1.11')
    expect(oidOf(readDer(oid('2.5.29.17')))).toBe('2.5.29.17')
    for (const at of ['1999-12-31T23:59:59Z', '2026-11-21T09:30:00Z', '2050-01-01T00:00:00Z'])
      expect(timeOf(readDer(time(Date.parse(at))))).toBe(Date.parse(at))
  })

  test.each([
    ['an indefinite length', '3080020100 0000'],
    ['a length that could be shorter', '30810302 0100'],
    ['a length with a zero in front', '3082000302 0100'],
    ['a length of nine bytes', '3089010000000000000000'],
    ['something behind it', '0201000201 00'],
    ['less than it says', '0205 0000'],
    ['a tag of several bytes', '1f8101 00'],
    ['nothing', ''],
  ])('%s is refused', (_, hex) => expect(() => readDer(bytes(hex.replaceAll(' ', '')))).toThrow(SyntaxError))

  test('garbage is refused by a SyntaxError and by nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        expect(parseCertificate(garbage)).toBeNull()
        expect(parseRevocationLists(garbage)).toBeNull()
        try {
          readDer(garbage)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
    )
  })
})

describe('distinguished names', () => {
  test.each([
    ['CN=builder', 'CN=builder'],
    ['cn = builder , o = Example', 'CN=builder,O=Example'],
    ['2.5.4.3=builder', 'CN=builder'],
    ['CN=Smith\\, John', 'CN=Smith\\, John'],
    ['CN=Smith\\2C John', 'CN=Smith\\, John'],
    ['CN=\\C3\\BC', 'CN=ü'],
    ['CN=ü', 'CN=ü'],
    ['CN=a\\20', 'CN=a\\ '],
    ['CN=a\\+OU=b', 'CN=a\\+OU\\=b'],
    ['OU=b+CN=a', 'CN=a+OU=b'],
    ['CN=#04024869', 'CN=#04024869'],
    ['CN=\\#1', 'CN=\\#1'],
    ['1.3.6.1.4.1.9=x', '1.3.6.1.4.1.9=x'],
    ['CN=a\\0a', 'CN=a\\0a'],
  ])('%s has the one form %s, and its DER that too', (text, canonical) => {
    expect(parseName(text)).toBe(canonical)
    expect(nameText(readDer(encodeName(text)))).toBe(canonical)
  })

  test.each([
    '',
    'builder',
    'CN',
    'CN=',
    'CN=a,',
    'CN=a,,O=b',
    'CN=a;O=b',
    'CN="a"',
    'XX=a',
    'CN=a\\',
    '/CN=a',
    'CN=\\ff',
    'CN=a<b',
    '=a',
    '__proto__=a',
  ])('%j is none', (text) => expect(parseName(text)).toBeNull())

  test.each(['\u00a0', '\u2003', '\u2028', '\u3000', '\ufeff', '\t', '\n'])(
    '%j around a value belongs to it: a space alone is a space',
    (space) => {
      const der = (value: string) =>
        sequence(write(tags.set, sequence(oid('2.5.4.3'), write(tags.utf8String, Buffer.from(value)))))
      for (const value of [space, `${space}builder`, `builder${space}`]) {
        const text = nameText(readDer(der(value)))
        expect(text).not.toBe('CN=builder')
        expect(parseName(text)).toBe(text)
      }
    },
  )

  test('no value can look like another name (RFC 4514 §2.4)', () => {
    const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed())
    const name = (services: [string, string][]): string =>
      nameText(
        readDer(
          sequence(
            ...services.map(([type, text]) =>
              write(tags.set, sequence(oid(type), write(tags.utf8String, Buffer.from(text)))),
            ),
          ),
        ),
      )
    const types = fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11')
    const services = fc.array(fc.tuple(types, value), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(services, services, (one, other) => {
        expect(name(one) === name(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
        expect(parseName(name(one))).toBe(name(one))
      }),
    )
  })

  test('the same letters in another kind of string are the same, in an old one they are not', () => {
    const of = (tag: number): string =>
      nameText(readDer(sequence(write(tags.set, sequence(oid('2.5.4.3'), write(tag, Buffer.from('a')))))))
    expect([of(tags.printableString), of(tags.ia5String)]).toEqual(['CN=a', 'CN=a'])
    // T61String
    expect(of(0x14)).toBe('CN=#140161')
  })
})

describe('certificates', () => {
  test('are read as Node reads them', () => {
    const ca = createTestCa()
    const { der, thumbprint, serial } = ca.issue('CN=builder,O=Example', {
      uris: ['spiffe://example.com/builder'],
      dnsNames: ['builder.example.com'],
    })
    const x509 = new X509Certificate(der)
    expect(parseCertificate(der)).toMatchObject({
      thumbprint,
      serial,
      subject: 'CN=builder,O=Example',
      uris: ['spiffe://example.com/builder'],
      dnsNames: ['builder.example.com'],
      purposes: ['1.3.6.1.5.5.7.3.2'],
      unknownCritical: [],
      signatureAlgorithm: '1.2.840.10045.4.3.2',
      notAfter: x509.validToDate.getTime(),
    })
    expect(x509.subjectAltName).toBe('DNS:builder.example.com, URI:spiffe://example.com/builder')
    expect(x509.verify(ca.publicKey)).toBe(true)
  })

  test('what is not exactly one is none', () => {
    const { der, cert } = createTestCa().issue('CN=a')
    expect(parseCertificate(Buffer.concat([der, Buffer.of(0)]))).toBeNull()
    expect(parseCertificate(Buffer.from(cert))).toBeNull()
    expect(parseCertificate(der.subarray(0, -1))).toBeNull()
    expect(parseCertificates(cert + cert)).toHaveLength(2)
    for (const pem of [
      '',
      cert.slice(0, -30),
      `${cert}-----BEGIN CERTIFICATE-----`,
      cert.replaceAll('CERTIFICATE', 'PRIVATE KEY'),
    ])
      expect(parseCertificates(pem)).toBeNull()
  })

  test('names that hold more than names are passed over', () => {
    const hidden = ['a.example.com\u0000.evil.com', 'a b', 'a\nURI:spiffe://example.com/b', '']
    const { der } = createTestCa().issue('CN=a', { dnsNames: [...hidden, 'b.example.com'], uris: hidden })
    expect(parseCertificate(der)).toMatchObject({ dnsNames: ['b.example.com'], uris: [] })
  })

  test('critical extensions that are not understood are named', () => {
    const extensions = [extension('2.5.29.30', sequence(), true), extension('2.5.29.32', sequence())]
    const { der } = createTestCa().issue('CN=a', { extensions })
    expect(parseCertificate(der)?.unknownCritical).toEqual(['2.5.29.30'])
  })

  test.skipIf(!hasCommand('openssl'))('OpenSSL verifies what is made here, certificate and list', () => {
    const ca = createTestCa('CN=Test CA,O=Example')
    const [client, gone] = [ca.issue('CN=builder'), ca.issue('CN=gone')]
    const { paths } = createFiles({
      ca: ca.cert,
      client: client.cert,
      gone: gone.cert,
      crl: ca.revoke(gone),
    })
    const verify = (path: string) =>
      execFileSync(
        'openssl',
        [
          'verify',
          '-x509_strict',
          '-crl_check',
          '-purpose',
          'sslclient',
          '-CAfile',
          paths.ca,
          '-CRLfile',
          paths.crl,
          path,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      )
    expect(verify(paths.client)).toMatch(/OK/)
    expect(() => verify(paths.gone)).toThrow(/certificate revoked/)
  })
})

describe('revocation lists', () => {
  const ca = createTestCa()
  const authority = firstOf(must(parseCertificates(ca.cert)))

  test('say what is revoked, in PEM or DER, one or several', () => {
    const gone = ca.issue('CN=gone')
    const pem = ca.revoke(gone)
    const [list] = must(parseRevocationLists(Buffer.from(pem)))
    expect([...must(list).revoked]).toEqual([gone.serial])
    expect(isListOf(must(list), authority)).toBe(true)
    expect(parseRevocationLists(ca.list())).toHaveLength(1)
    expect(parseRevocationLists(Buffer.from(pem + pem))).toHaveLength(2)
  })

  test('are a CA’s by its signature, not by its name', () => {
    const [forged] = must(parseRevocationLists(createTestCa().list()))
    expect(isListOf(must(forged), authority)).toBe(false)
    const [renamed] = must(parseRevocationLists(ca.list({ issuer: { ...ca, subject: 'CN=Other' } })))
    expect(isListOf(must(renamed), authority)).toBe(false)
    const changed = Buffer.from(ca.list({ serials: ['41'] }))
    changed.write('42', changed.indexOf(integer(bytes('41'))) + 2, 'hex')
    const [broken] = must(parseRevocationLists(changed))
    expect([...must(broken).revoked]).toEqual(['42'])
    expect(isListOf(must(broken), authority)).toBe(false)
  })

  test('that are cut off, or not lists, are none', () => {
    for (const file of [
      '',
      toPem('X509 CRL', ca.list().subarray(0, -1)),
      ca.cert,
      `${toPem('X509 CRL', ca.list())}-----BEGIN`,
    ])
      expect(parseRevocationLists(Buffer.from(file))).toBeNull()
  })
})
