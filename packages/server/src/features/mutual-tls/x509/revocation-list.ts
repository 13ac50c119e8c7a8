import type { Instant } from '@latchkey/contract'
import { bitsOf, childrenOf, type Der, oidOf, readDer, tags, timeOf } from './der.ts'
import { type Certificate, extensionsIn, extensionsOf } from './certificate.ts'
import { isSignedBy } from './signature.ts'

/** A certificate revocation list (RFC 5280 §5); {@link isListOf} decides whose it is. */
export interface RevocationList {
  /** Hexadecimal DER. */
  issuerName: string
  thisUpdate: Instant
  /** The time from which it is no longer valid. */
  nextUpdate: Instant
  /** Hexadecimal serial numbers. */
  revoked: ReadonlySet<string>
  signed: { algorithm: string; bytes: Uint8Array; signature: Uint8Array }
}

/** Returns every list in a file: PEM, or the DER of one. Null if one is invalid, or has unknown critical extensions. */
export function parseRevocationLists(file: Uint8Array): RevocationList[] | null {
  try {
    if (file[0] === tags.sequence) return [parse(file)]
    const text = Buffer.from(file).toString('latin1')
    const blocks = [...text.matchAll(/-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g)]
    const isWhole = blocks.length > 0 && blocks.length === text.split('-----BEGIN').length - 1
    return isWhole ? blocks.map(([, base64 = '']) => parse(Buffer.from(base64, 'base64'))) : null
  } catch {
    return null
  }
}

/** By name and signature (RFC 5280 §6.3.3 f, g). */
export const isListOf = ({ issuerName, signed }: RevocationList, authority: Certificate): boolean =>
  issuerName === authority.subjectName && isSignedBy(authority.x509.publicKey, signed)

/** Key identifier of the issuer, number: irrelevant here. */
const understood = new Set(['2.5.29.35', '2.5.29.20'])

function parse(der: Uint8Array): RevocationList {
  const [body, algorithm, signature] = childrenOf(readDer(der))
  const all = childrenOf(body!)
  const fields = all[0]!.tag === tags.integer ? all.slice(1) : all
  const [, issuer, thisUpdate, nextUpdate, ...rest] = fields
  // RFC 5280 §5.2: a list with an unknown critical extension is unusable: it may be only half a list.
  const unknown = extensionsIn(all, 0xa0).filter(({ id, isCritical }) => isCritical && !understood.has(id))
  if (unknown.length > 0) throw new SyntaxError('a critical extension')
  const entries = rest.find(({ tag }) => tag === tags.sequence)
  return {
    issuerName: Buffer.from(issuer!.whole).toString('hex'),
    thisUpdate: timeOf(thisUpdate!),
    nextUpdate: timeOf(nextUpdate!),
    revoked: new Set(entries ? childrenOf(entries).map(serialOf) : []),
    signed: {
      algorithm: oidOf(childrenOf(algorithm!)[0]!),
      bytes: body!.whole,
      signature: bitsOf(signature!),
    },
  }
}

function serialOf(entry: Der): string {
  const [serial, , extensions] = childrenOf(entry)
  // One such extension: the certificate is of another issuer (RFC 5280 §5.3.3).
  if (extensions && extensionsOf(extensions).some(({ isCritical }) => isCritical))
    throw new SyntaxError('a critical extension')
  return Buffer.from(serial!.content).toString('hex')
}
