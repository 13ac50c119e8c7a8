declare const brand: unique symbol

/** One e-mail address as its owner wrote it, validated by {@link parseEmailAddress}. */
export type EmailAddress = string & { readonly [brand]: 'email-address' }

/**
 * Reads one e-mail address: a plain local part, @ and a domain of at least two labels, in Unicode or punycode.
 *
 * Stricter than RFC 5322, because whatever a mail server could read as something else must not pass: lists, groups,
 * comments, quotes, source routes (`a%b@c`, `a!b@c`), encoded words (`=?utf-8?q?…?=@c`, RFC 2047 §5, which some
 * servers decode into another address), address literals, spaces, line ends. Null for all of these,
 * and for local parts outside ASCII, which most servers cannot deliver to (RFC 6531).
 */
export function parseEmailAddress(text: string): EmailAddress | null {
  if (text.length > mostCharacters) return null
  const [local = '', domain = '', ...rest] = text.split('@')
  if (rest.length > 0 || local.length > mostLocalCharacters || !localPart.test(local)) return null
  if (local.includes('=?') || local.includes('?=')) return null
  const ascii = toAsciiDomain(domain)
  // RFC 5321 §4.5.3.1.3: 256 with the angle brackets.
  if (ascii === null || local.length + 1 + ascii.length > mostCharacters) return null
  return text as EmailAddress // safe: this is the proof
}

const mostCharacters = 254
const mostLocalCharacters = 64 // RFC 5321 §4.5.3.1.1

// RFC 5322 §3.2.3: dot-atom, without the % and ! of source routes.
const localPart = /^[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*$/

/** How the address is handed to a mail server: the domain in punycode, which every server understands. */
export function toAsciiAddress(address: EmailAddress): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at)}@${toAsciiDomain(address.slice(at + 1)) ?? ''}`
}

/**
 * The form under which an address is looked up: NFKC, lower case, the domain in punycode. Two addresses that differ
 * in nothing else belong to one account. Mail never goes to this form, only to the stored original.
 *
 * Accepts any text, so that unknown and impossible addresses are looked up alike.
 */
export function normalizeEmail(text: string): string {
  // Again after lower case: it takes letters apart that NFKC joins.
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC')
  const at = folded.lastIndexOf('@')
  const domain = at < 0 ? null : toAsciiDomain(folded.slice(at + 1))
  return domain === null ? folded : folded.slice(0, at + 1) + domain
}

function toAsciiDomain(domain: string): string | null {
  // Before the URL parser sees it: it would decode %41 and cut at / ? # : and \.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return null
  const ascii = URL.parse(`http://${domain}`)?.hostname ?? ''
  return hostName.test(ascii) ? ascii : null
}

// RFC 1123 §2.1: labels of 1 to 63 letters, digits and inner hyphens. The last one holds a letter: 192.0.2.1 is no name.
const hostName =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
