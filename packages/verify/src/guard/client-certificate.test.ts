import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { certificateHeaders, certificateIn, clientCertificate } from './client-certificate.ts'
import { createTrust } from './network.ts'
import { must } from '#test/support/must.ts'

/* The header is read and no more: its reader checks the certificate. */

const der = Uint8Array.from(randomBytes(700))
const base64 = Buffer.from(der).toString('base64')
const pem = (label = 'CERTIFICATE', text = base64): string =>
  `-----BEGIN ${label}-----\n${text.replaceAll(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`
const escaped = encodeURIComponent(pem())
const hash = `Hash=${'ab'.repeat(32)}`

describe('RFC 9440', () => {
  test('a byte sequence is the certificate', () => {
    expect(certificateIn('client-cert', `:${base64}:`)).toEqual(der)
    expect(certificateIn('client-cert', `  :${base64}: `)).toEqual(der)
  })

  test.each([
    ['two of them, as a header that came twice', `:${base64}:, :${base64}:`],
    ['parameters', `:${base64}:;a=b`],
    ['no colons', base64],
    ['a string', `"${base64}"`],
    ['white space within', `:${base64.slice(0, 8)} ${base64.slice(8)}:`],
    ['a line break', `:${base64}:\n`],
    ['base64url', `:${Buffer.from(der).toString('base64url')}:`],
    ['bits to spare', ':QQ=R:'],
    ['a second form of the same bytes', ':QR==:'],
    ['no padding', ':QQ:'],
    ['nothing', '::'],
    ['an empty header', ''],
    ['too much', `:${randomBytes(16_000).toString('base64')}:`],
    ['PEM', escaped],
  ])('%s is none', (_, value) => expect(certificateIn('client-cert', value)).toBeNull())
})

describe('nginx', () => {
  test('escaped PEM is the certificate', () => {
    expect(certificateIn('ssl-client-cert', escaped)).toEqual(der)
    // nginx leaves `+` and `/` as they are.
    expect(certificateIn('ssl-client-cert', escaped.replaceAll('%2B', '+').replaceAll('%2F', '/'))).toEqual(
      der,
    )
  })

  test.each([
    ['a key', encodeURIComponent(pem('PRIVATE KEY'))],
    ['a trusted certificate of OpenSSL', encodeURIComponent(pem('TRUSTED CERTIFICATE'))],
    ['two certificates', escaped + escaped],
    ['a certificate and a key', escaped + encodeURIComponent(pem('PRIVATE KEY'))],
    ['text before it', `subject=CN${escaped}`],
    ['a header that came twice', `${escaped}, ${escaped}`],
    ['half an escape', `${escaped}%`],
    ['bytes that are no UTF-8', '%ff%fe'],
    ['nothing between the lines', encodeURIComponent(pem('CERTIFICATE', ''))],
    ['a byte sequence', `:${base64}:`],
    ['(null), as Apache writes', '(null)'],
  ])('%s is none', (_, value) => expect(certificateIn('ssl-client-cert', value)).toBeNull())
})

describe('Envoy', () => {
  const element = `By=spiffe://a/b;${hash};Cert="${escaped}";Subject="CN=a, O=\\"b;Cert=c\\"";URI=;DNS=a.example`

  test('the certificate of its one element is read', () => {
    expect(certificateIn('x-forwarded-client-cert', element)).toEqual(der)
    expect(certificateIn('x-forwarded-client-cert', `cert=${escaped}`)).toEqual(der)
  })

  test.each([
    ['an element without the certificate', `By=a;${hash};Subject="CN=a"`],
    ['two elements', `${element},${element}`],
    ['two elements of which one has a certificate', `${hash},Cert="${escaped}"`],
    ['two certificates in one element', `Cert="${escaped}";Cert="${escaped}"`],
    ['a certificate within a subject', `Subject="CN=a;Cert=${escaped}"`],
    ['a certificate that a subject makes up', `Subject="\\";Cert=${escaped};"`],
    ['a quote that never ends', `Cert="${escaped}`],
    ['something after a quote', `Cert="${escaped}"x;${hash}`],
    ['no pairs', escaped],
  ])('%s is none', (_, value) => expect(certificateIn('x-forwarded-client-cert', value)).toBeNull())
})

test('garbage is none, in whatever header, and quickly', () => {
  const garbage = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.stringMatching(/^[:;="\\,A-Za-z%\s-]*$/),
    fc.constantFrom(
      '"'.repeat(16_000),
      'a='.repeat(8000),
      '\\'.repeat(16_000),
      `Cert="${'\\"'.repeat(8000)}`,
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom(...certificateHeaders), garbage, (header, value) => {
      const bytes = certificateIn(header, value)
      expect(bytes === null || bytes.length > 0).toBe(true)
    }),
  )
})

describe('who is asked for it', () => {
  const own = randomBytes(10)
  const proxies = { header: 'client-cert' as const, isTrusted: must(createTrust(['10.0.0.0/8'])) }
  const from = (peer: string | undefined, value: string | null, connection?: Uint8Array) =>
    clientCertificate(
      { peer, header: (name) => (name === 'client-cert' ? value : null), certificate: () => connection },
      proxies,
    )

  test('a trusted proxy is believed', () => {
    expect(from('10.1.2.3', `:${base64}:`)).toEqual(der)
    expect(from('::ffff:10.1.2.3', `:${base64}:`)).toEqual(der)
  })

  test('anybody else is not, and their own connection counts', () => {
    for (const peer of ['192.0.2.1', undefined, 'garbage']) {
      expect(from(peer, `:${base64}:`)).toBeUndefined()
      expect(from(peer, `:${base64}:`, own)).toBe(own)
    }
  })

  test('the certificate of the proxy itself is nobody’s', () => {
    expect(from('10.1.2.3', null, own)).toBeUndefined()
    expect(from('10.1.2.3', 'garbage', own)).toBeUndefined()
  })

  test('without a configured header there is no proxy', () => {
    const incoming = { peer: '10.1.2.3', header: () => `:${base64}:`, certificate: () => own }
    expect(clientCertificate(incoming, null)).toBe(own)
  })
})
