import { hash, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { Instant } from '@latchkey/contract'
import { bitString, integer, oid, sequence, tags, time, write } from './der.ts'
import { encodeName } from './distinguished-name.ts'

/*
 * Makes certificates and revocation lists (RFC 5280 §4, §5) signed with ECDSA on P-256: for the development CA, and for
 * tests. Signing is Node's.
 */

/** The signer of a certificate. */
export interface Issuer {
  /** RFC 4514. */
  subject: string
  publicKey: KeyObject
  privateKey: KeyObject
}

export interface CertificateFields {
  issuer: Issuer
  /** RFC 4514. */
  subject: string
  publicKey: KeyObject
  notBefore: Instant
  notAfter: Instant
  /** A certificate that may sign others. */
  isAuthority?: boolean
  /** Object identifiers of the extended key usage. */
  purposes?: readonly string[]
  uris?: readonly string[]
  dnsNames?: readonly string[]
  /** Four bytes each, or sixteen. */
  addresses?: readonly Uint8Array[]
  /** Others, in DER. */
  extensions?: readonly Uint8Array[]
}

export const clientAuth = '1.3.6.1.5.5.7.3.2'
export const serverAuth = '1.3.6.1.5.5.7.3.1'

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

/** The DER of a certificate with a random serial number. */
export function issueCertificate(fields: CertificateFields): Uint8Array {
  const { issuer, subject, publicKey, notBefore, notAfter } = fields
  return signed(
    issuer.privateKey,
    // Version 3.
    write(0xa0, integer(Uint8Array.of(2))),
    // Positive and not zero (RFC 5280 §4.1.2.2).
    integer(Buffer.concat([Uint8Array.of(0x40), randomBytes(15)])),
    ecdsaWithSha256,
    encodeName(issuer.subject),
    sequence(time(notBefore), time(notAfter)),
    subject === '' ? sequence() : encodeName(subject),
    spkiOf(publicKey),
    write(0xa3, sequence(...extensionsOf(fields))),
  )
}

/** The DER of a list; `serials` in hexadecimal. */
export function issueRevocationList({
  issuer,
  serials,
  thisUpdate,
  nextUpdate,
  extensions = [],
}: {
  issuer: Issuer
  serials: Iterable<string>
  thisUpdate: Instant
  nextUpdate: Instant
  /** Others, in DER. */
  extensions?: readonly Uint8Array[]
}): Uint8Array {
  const entries = [...serials].map((serial) =>
    sequence(integer(Buffer.from(serial, 'hex')), time(thisUpdate)),
  )
  const number = Buffer.alloc(6)
  number.writeUIntBE(thisUpdate, 0, 6)
  return signed(
    issuer.privateKey,
    // Version 2.
    integer(Uint8Array.of(1)),
    ecdsaWithSha256,
    encodeName(issuer.subject),
    time(thisUpdate),
    time(nextUpdate),
    // RFC 5280 §5.1.2.6: absent where it would be empty.
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    write(0xa0, sequence(authorityKey(issuer), extension('2.5.29.20', integer(number)), ...extensions)),
  )
}

/** RFC 7468 */
export function toPem(label: 'CERTIFICATE' | 'X509 CRL', der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

function signed(key: KeyObject, ...fields: Uint8Array[]): Uint8Array {
  const body = sequence(...fields)
  return sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, key)))
}

function extensionsOf(fields: CertificateFields): Uint8Array[] {
  const { issuer, publicKey, isAuthority = false, purposes = [], extensions = [] } = fields
  const names = namesOf(fields)
  return [
    extension('2.5.29.19', isAuthority ? sequence(yes) : sequence(), true),
    // Signs certificates and lists, or signatures alone (RFC 5280 §4.2.1.3).
    extension(
      '2.5.29.15',
      write(tags.bitString, isAuthority ? Uint8Array.of(1, 0x06) : Uint8Array.of(7, 0x80)),
      true,
    ),
    extension('2.5.29.14', write(tags.octetString, keyIdentifier(publicKey))),
    authorityKey(issuer),
    ...(purposes.length > 0 ? [extension('2.5.29.37', sequence(...purposes.map(oid)))] : []),
    ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names))] : []),
    ...extensions,
  ]
}

const namesOf = ({ uris = [], dnsNames = [], addresses = [] }: CertificateFields): Uint8Array[] => [
  ...dnsNames.map((name) => write(0x82, Buffer.from(name, 'latin1'))),
  ...uris.map((uri) => write(0x86, Buffer.from(uri, 'latin1'))),
  ...addresses.map((address) => write(0x87, address)),
]

const yes = write(tags.boolean, Uint8Array.of(0xff))

export const extension = (id: string, value: Uint8Array, isCritical = false): Uint8Array =>
  sequence(oid(id), ...(isCritical ? [yes] : []), write(tags.octetString, value))

const authorityKey = ({ publicKey }: Issuer): Uint8Array =>
  extension('2.5.29.35', sequence(write(0x80, keyIdentifier(publicKey))))

const spkiOf = (key: KeyObject): Uint8Array => key.export({ type: 'spki', format: 'der' })

/** RFC 7093 §2 (4) */
const keyIdentifier = (key: KeyObject): Uint8Array => hash('sha256', spkiOf(key), 'buffer').subarray(0, 20)
