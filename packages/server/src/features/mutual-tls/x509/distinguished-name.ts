import { compareBytes } from '../../../core/bytes.ts'
import { childrenOf, type Der, oid, oidOf, sequence, tags, write } from './der.ts'

/*
 * Subjects of certificates as text (RFC 4514) in one form, so that two texts are equal exactly where two names are: types
 * by their names here, values escaped only where they must be, no spaces around. Letters are compared as they stand, which
 * is stricter than RFC 5280 §7.1.
 */

interface Attribute {
  /** An object identifier. */
  type: string
  /** As it stands between the separators: escaped, or `#` and the hexadecimal DER of what is no plain string. */
  value: string
}

/** Most specific first, as RFC 4514 writes them: the reverse of the certificate's order. */
type Name = Attribute[][]

const names: Record<string, string> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
}
const byOid = new Map(Object.entries(names).map(([name, type]) => [type, name]))

/** The canonical text of a Name (RFC 5280 §4.1.2.4). Throws SyntaxError. */
export const nameText = (name: Der): string =>
  format(
    childrenOf(name)
      .map((set) => childrenOf(set).map(toAttribute))
      .toReversed(),
  )

/** Returns the canonical text of typed input; null if it is no name, or an empty one. */
export function parseName(text: string): string | null {
  const name = parse(text)
  return name && format(name)
}

/** The DER of a name, in UTF-8. Throws SyntaxError. */
export function encodeName(text: string): Uint8Array {
  const name = parse(text)
  if (!name) throw new SyntaxError(`not a distinguished name: ${text}`)
  const sets = name.toReversed().map((attributes) => {
    const encoded = attributes.map(({ type, value }) => sequence(oid(type), encodeValue(value)))
    return write(tags.set, ...encoded.toSorted(compareBytes))
  })
  return sequence(...sets)
}

const encodeValue = (value: string): Uint8Array =>
  value.startsWith('#') ? Buffer.from(value.slice(1), 'hex') : write(tags.utf8String, unescape(value))

const format = (name: Name): string => name.map(formatSet).join(',')

/** A set has no order: the texts have one. */
const formatSet = (attributes: Attribute[]): string =>
  attributes
    .map(({ type, value }) => `${byOid.get(type) ?? type}=${value}`)
    .toSorted()
    .join('+')

function toAttribute(pair: Der): Attribute {
  const [type, value, ...others] = childrenOf(pair)
  if (!type || !value || others.length > 0) throw new SyntaxError('not an attribute')
  return { type: oidOf(type), value: valueText(value) }
}

const isText = (tag: number): boolean =>
  tag === tags.utf8String || tag === tags.printableString || tag === tags.ia5String

function valueText({ tag, content, whole }: Der): string {
  // RFC 4514 §2.4: for values that are not strings, or of an old alphabet in which the same bytes mean several things.
  if (!isText(tag)) return `#${Buffer.from(whole).toString('hex')}`
  return escape(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content))
}

// oxlint-disable-next-line no-control-regex -- they are what is escaped
const special = /["+,;<>=\\\u0000-\u001f\u007f]|^[ #]| $/g

const escape = (text: string): string =>
  text.replaceAll(special, (character) =>
    /[\u0000-\u001f\u007f]/.test(character) // oxlint-disable-line no-control-regex -- as above
      ? `\\${character.codePointAt(0)!.toString(16).padStart(2, '0')}`
      : `\\${character}`,
  )

const attribute =
  / *([A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)+) *=((?:\\(?:[0-9a-fA-F]{2}|[ "#+,;<=>\\])|[^\\"+,;<>])*)([,+]|$)/y

function parse(text: string): Name | null {
  const name: Name = [[]]
  attribute.lastIndex = 0
  for (;;) {
    const [, type = '', value = '', separator] = attribute.exec(text) ?? []
    const known = /^\d/.test(type) ? type : names[type.toUpperCase()]
    const canonical = canonicalValue(trimmed(value))
    if (known === undefined || canonical === null || separator === undefined) return null
    name.at(-1)!.push({ type: known, value: canonical })
    if (separator === '') return name
    if (separator === ',') name.push([])
  }
}

/** Without the spaces around it; the escaped one at its end belongs to it. */
function trimmed(value: string): string {
  const parts = withoutSpacesBefore(value).match(/\\.|[^\\]+/gs) ?? []
  return parts
    .map((part, at) => (at === parts.length - 1 && !part.startsWith('\\') ? withoutSpacesAfter(part) : part))
    .join('')
}

/** Strips only U+0020 (RFC 4514 §3): other white space is part of the name, and makes it a different name. */
function withoutSpacesBefore(text: string): string {
  let start = 0
  while (text[start] === ' ') start++
  return text.slice(start)
}

function withoutSpacesAfter(text: string): string {
  let end = text.length
  while (text[end - 1] === ' ') end--
  return text.slice(0, end)
}

function canonicalValue(value: string): string | null {
  if (value === '') return null
  if (value.startsWith('#')) return /^#(?:[0-9a-f]{2})+$/i.test(value) ? value.toLowerCase() : null
  try {
    return escape(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(unescape(value)))
  } catch {
    return null
  }
}

/** RFC 4514 §3: `\2C` is a byte, `\,` a character. */
function unescape(value: string): Uint8Array {
  const parts = value.match(/\\[0-9a-fA-F]{2}|\\.|[^\\]+/gs) ?? []
  return Buffer.concat(
    parts.map((part) =>
      /^\\[0-9a-fA-F]{2}$/.test(part)
        ? Buffer.from(part.slice(1), 'hex')
        : Buffer.from(part.startsWith('\\') ? part.slice(1) : part),
    ),
  )
}
