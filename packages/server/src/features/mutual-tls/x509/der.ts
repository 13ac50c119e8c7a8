/*
 * DER (X.690 §8, §10), as far as certificates and revocation lists are made of it. Reading takes one form of each thing:
 * definite lengths in their shortest form, tags of one byte.
 */

/** One element: its tag, what is in it, and all of it. */
export interface Der {
  tag: number
  content: Uint8Array
  whole: Uint8Array
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Reads bytes that are exactly one element. Throws SyntaxError. */
export function readDer(bytes: Uint8Array): Der {
  const [only, ...others] = readAll(bytes)
  if (!only || others.length > 0) throw new SyntaxError('not one DER element')
  return only
}

/** The elements within a constructed one. Throws SyntaxError. */
export const childrenOf = ({ content }: Der): Der[] => readAll(content)

function readAll(bytes: Uint8Array): Der[] {
  const elements: Der[] = []
  for (let at = 0; at < bytes.length;) {
    const element = readAt(bytes, at)
    elements.push(element)
    at += element.whole.length
  }
  return elements
}

function readAt(bytes: Uint8Array, start: number): Der {
  const tag = byteAt(bytes, start)
  if ((tag & 0x1f) === 0x1f) throw new SyntaxError('a tag of several bytes')
  const first = byteAt(bytes, start + 1)
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || lengthBytes > 4) throw new SyntaxError('a length that is not definite')
  let length = lengthBytes === 0 ? first : 0
  for (let at = 0; at < lengthBytes; at++) length = length * 256 + byteAt(bytes, start + 2 + at)
  if (lengthBytes > 0 && length < (lengthBytes === 1 ? 0x80 : 256 ** (lengthBytes - 1)))
    throw new SyntaxError('a length that could be shorter')
  const body = start + 2 + lengthBytes
  if (body + length > bytes.length) throw new SyntaxError('cut off')
  return {
    tag,
    content: bytes.subarray(body, body + length),
    whole: bytes.subarray(start, body + length),
  }
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new SyntaxError('cut off')
  return byte
}

/** An object identifier as numbers with dots. */
export function oidOf({ tag, content }: Der): string {
  if (tag !== tags.oid || content.length === 0) throw new SyntaxError('not an object identifier')
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new SyntaxError('an object identifier that is too large')
    if (byte & 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  if (content.at(-1)! & 0x80) throw new SyntaxError('cut off')
  const [first = 0, ...rest] = arcs
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - 40 * top, ...rest].join('.')
}

/** The moment of a UTCTime or GeneralizedTime, in the one form that RFC 5280 §4.1.2.5 allows. */
export function timeOf({ tag, content }: Der): number {
  const text = Buffer.from(content).toString('latin1')
  const full = tag === tags.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text
  const services = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full)
  const isTime = tag === tags.utcTime || tag === tags.generalizedTime
  if (!isTime || !services) throw new SyntaxError('not a time')
  const [, year, month, day, hour, minute, second] = services
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(time)) throw new SyntaxError('not a time')
  return time
}

/** Returns the bytes of a bit string without spare bits. */
export function bitsOf({ tag, content }: Der): Uint8Array {
  if (tag !== tags.bitString || content[0] !== 0) throw new SyntaxError('not a string of whole bytes')
  return content.subarray(1)
}

export function write(tag: number, ...services: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(services)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  const bytes = length < 256 ? [length] : length < 65_536 ? [length >> 8, length & 0xff] : null
  if (bytes) return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length, ...bytes), content])
  const long = Buffer.alloc(4)
  long.writeUInt32BE(length)
  const digits = long.subarray(long.findIndex((byte) => byte !== 0))
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length), digits, content])
}

export const sequence = (...services: Uint8Array[]): Uint8Array => write(tags.sequence, ...services)

/** A number that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first)
  // The first bit would be read as a sign.
  return write(tags.integer, ...(digits[0]! & 0x80 ? [Uint8Array.of(0)] : []), digits)
}

export function oid(text: string): Uint8Array {
  const [top = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [top * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 | (left & 0x7f))
    return digits
  })
  return write(tags.oid, Uint8Array.from(bytes))
}

export const bitString = (bytes: Uint8Array): Uint8Array => write(tags.bitString, Uint8Array.of(0), bytes)

/** RFC 5280 §4.1.2.5: UTCTime until 2049, then GeneralizedTime. */
export function time(at: number): Uint8Array {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  const isUtc = digits < '2050'
  return write(
    isUtc ? tags.utcTime : tags.generalizedTime,
    Buffer.from(isUtc ? digits.slice(2) : digits, 'latin1'),
  )
}
