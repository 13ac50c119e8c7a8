import { hash, X509Certificate } from 'node:crypto'
import type { Instant } from '@latchkey/contract'
import { isSame } from '../../../core/bytes.ts'
import { childrenOf, type Der, oidOf, readDer, tags } from './der.ts'
import { nameText } from './distinguished-name.ts'

/** A parsed certificate (RFC 5280 §4.1); nothing in it is verified. */
export interface Certificate {
  /** Used for OpenSSL's part: signatures, keys, and issuer checks. */
  x509: X509Certificate
  /** base64url of the SHA-256 of the DER: `x5t#S256` (RFC 8705 §3.1). */
  thumbprint: string
  /** Hexadecimal. */
  serial: string
  /** Hexadecimal DER of the names: the form in which signatures compare them. */
  issuerName: string
  subjectName: string
  /** RFC 4514, in the form of `distinguished-name.ts`; empty if there is none. */
  subject: string
  /** URIs in the subject's alternative names. */
  uris: readonly string[]
  dnsNames: readonly string[]
  notBefore: Instant
  notAfter: Instant
  /** Object identifiers of the extended key usage; null if it is absent. */
  purposes: readonly string[] | null
  /** Object identifiers of critical extensions that are not understood here. */
  unknownCritical: readonly string[]
  /** An object identifier. */
  signatureAlgorithm: string
}

const alternativeNames = '2.5.29.17'
const understood = new Set([
  alternativeNames,
  // Key usage, basic constraints and extended key usage: looked at by OpenSSL and by `policy.ts`.
  '2.5.29.15',
  '2.5.29.19',
  '2.5.29.37',
])

/** Null unless this is exactly the DER of one certificate. */
export function parseCertificate(der: Uint8Array): Certificate | null {
  try {
    const x509 = new X509Certificate(der)
    // Node also accepts PEM, and trailing bytes.
    return isSame(x509.raw, der) ? read(x509) : null
  } catch {
    return null
  }
}

/** Returns every certificate in a text of PEM blocks; null if one is invalid, or there is anything else. */
export function parseCertificates(pem: string): Certificate[] | null {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)]
  const certificates = blocks.map(([text, label]) => {
    if (label !== 'CERTIFICATE') return null
    return parseCertificate(Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))
  })
  const isWhole = blocks.length > 0 && blocks.length === pem.split('-----BEGIN').length - 1
  return isWhole && certificates.every((each) => each !== null) ? certificates : null
}

function read(x509: X509Certificate): Certificate {
  const [body, algorithm] = childrenOf(readDer(x509.raw))
  const fields = childrenOf(body!)
  // [0] version, which certificates with extensions have.
  const [serial, , issuer, , subject] = fields[0]!.tag === 0xa0 ? fields.slice(1) : fields
  const extensions = extensionsIn(fields, 0xa3)
  const names = extensions.find(({ id }) => id === alternativeNames)
  return {
    x509,
    thumbprint: hash('sha256', x509.raw, 'base64url'),
    serial: hex(serial!.content),
    issuerName: hex(issuer!.whole),
    subjectName: hex(subject!.whole),
    subject: nameText(subject!),
    uris: names ? alternativesOf(names.value, 0x86) : [],
    dnsNames: names ? alternativesOf(names.value, 0x82) : [],
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
    purposes: x509.keyUsage ?? null,
    unknownCritical: extensions
      .filter(({ id, isCritical }) => isCritical && !understood.has(id))
      .map(({ id }) => id),
    signatureAlgorithm: oidOf(childrenOf(algorithm!)[0]!),
  }
}

export interface Extension {
  id: string
  isCritical: boolean
  /** DER. */
  value: Uint8Array
}

/** Returns the extensions (RFC 5280 §4.1) below an explicit tag, or none. Throws SyntaxError for a duplicate. */
export function extensionsIn(fields: readonly Der[], tag: number): Extension[] {
  const field = fields.find((each) => each.tag === tag)
  return field ? extensionsOf(childrenOf(field)[0]!) : []
}

export function extensionsOf(list: Der): Extension[] {
  const extensions = childrenOf(list).map((each) => {
    const parts = childrenOf(each)
    const value = parts.at(-1)!
    const isCritical = parts.length === 3 && parts[1]!.content[0] !== 0
    if (value.tag !== tags.octetString) throw new SyntaxError('not an extension')
    return { id: oidOf(parts[0]!), isCritical, value: value.content }
  })
  // RFC 5280 §4.2
  if (new Set(extensions.map(({ id }) => id)).size !== extensions.length)
    throw new SyntaxError('an extension twice')
  return extensions
}

/**
 * Returns GeneralNames of one kind (RFC 5280 §4.2.1.6); names that are not printable ASCII are skipped and match
 * nothing.
 */
const alternativesOf = (value: Uint8Array, tag: number): string[] =>
  childrenOf(readDer(value))
    .filter((name) => name.tag === tag)
    .map(({ content }) => Buffer.from(content).toString('latin1'))
    .filter((text) => /^[\x21-\x7e]+$/.test(text))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
