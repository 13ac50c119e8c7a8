import { mostNames } from './options.ts'
import type { Certificate } from './x509/certificate.ts'
import { parseName } from './x509/distinguished-name.ts'

/** The property by which a mapping recognises its certificates. */
export type SelectorKind = 'thumbprint' | 'uri' | 'dns' | 'subject'

/** Rules of each kind: the allowed text, and its one form, in which it is compared byte by byte. */
const forms: Record<SelectorKind, (text: string) => string | null> = {
  thumbprint(text) {
    const hex = /^(?:[0-9a-f]{2}:?){32}$/i.test(text) ? text.replaceAll(':', '') : null
    if (hex?.length === 64) return Buffer.from(hex, 'hex').toString('base64url')
    // 43 characters carry two bits to spare, which are zero.
    return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text) ? text : null
  },
  uri: (text) => (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) ? text : null),
  // No wildcards: a name stands for one machine, and `*.example.com` in a certificate for none.
  dns: (text) => (text.split('.').every((label) => dnsLabel.test(label)) ? text.toLowerCase() : null),
  subject: parseName,
}

const dnsLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i

/** Returns the canonical value; null if the text is not of the kind. */
export const canonicalValue = (kind: SelectorKind, text: string): string | null => forms[kind](text)

/** Returns the text by which a mapping is found; no kind has a colon in its name. */
export const selectorOf = (kind: SelectorKind, value: string): string => `${kind}:${value}`

export function kindOf(selector: string): { kind: SelectorKind; value: string } {
  const colon = selector.indexOf(':')
  return { kind: selector.slice(0, colon) as SelectorKind, value: selector.slice(colon + 1) }
}

export interface Selectors {
  /** The selector of the certificate itself. */
  exact: string
  /** The selectors of the names that its CA has given it, most specific first. */
  names: string[]
}

/**
 * Returns all selectors that may match a certificate; null if there are too many. Its names must have the same forms: a
 * name that no mapping could contain matches none.
 */
export function selectorsOf({ thumbprint, uris, dnsNames, subject }: Certificate): Selectors | null {
  const names: [SelectorKind, string][] = [
    ...uris.map((uri): [SelectorKind, string] => ['uri', uri]),
    ...dnsNames.map((name): [SelectorKind, string] => ['dns', name]),
    ['subject', subject],
  ]
  if (names.length >= mostNames) return null
  const selectors = names.flatMap(([kind, text]) => {
    const value = canonicalValue(kind, text)
    return value === null ? [] : [selectorOf(kind, value)]
  })
  return { exact: selectorOf('thumbprint', thumbprint), names: [...new Set(selectors)] }
}
