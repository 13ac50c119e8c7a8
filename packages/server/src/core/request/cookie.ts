import { type Milliseconds, toSeconds } from '@latchkey/contract'
import { parseCookie, stringifySetCookie } from 'cookie'

/** How the cookies of an installation are made; `secure` is false only on plain-http localhost. */
export interface CookieOptions {
  secure: boolean
  sameSite: 'lax' | 'strict'
}

export interface CookieSource {
  cookies: ReadonlyMap<string, readonly string[]>
}

/** Every cookie of the system, by its plain name. `server`: no script reads it. `page`: scripts read it, it holds no secret. */
const readers = {
  'latchkey-refresh-0': 'server',
  'latchkey-refresh-1': 'server',
  'latchkey-session': 'server',
  'latchkey-bound': 'server',
  'latchkey-device': 'server',
  'latchkey-sign-in': 'server',
  'latchkey-magic-link': 'server',
  'latchkey-email-code': 'server',
  'latchkey-sms-code': 'server',
  'latchkey-registration': 'server',
  'latchkey-federation': 'server',
  'latchkey-passkey-later': 'server',
  'latchkey-hint': 'page',
  'latchkey-last-method': 'page',
  'latchkey-language': 'page',
  'latchkey-theme': 'page',
} as const satisfies Record<string, 'server' | 'page'>

/** A cookie for each person who trusts a browser; ends in a mark that does not reveal the person. */
type TrustedCookieName = `latchkey-trusted-${string}`
export type CookieName = keyof typeof readers | TrustedCookieName

export const cookieNames = Object.keys(readers) as (keyof typeof readers)[]

export interface Cookie {
  /** The name as in the header. */
  name: string
  /** The attributes without name, value and age: a browser compares these with the cookie that it holds (DBSC). */
  attributes: string
  /** Every value in the request: a planted cookie of the same name must not hide ours (RFC 6265bis §5.8.3). */
  read(request: CookieSource): readonly string[]
  /** The Set-Cookie value; without an age it ends with the browser. */
  set(value: string, maxAge?: Milliseconds | null): string
  clear(): string
}

export function createCookie(plain: CookieName, { secure, sameSite }: CookieOptions): Cookie {
  const name = cookieName(plain, secure)
  const fixed = { path: '/', httpOnly: readerOf(plain) === 'server', secure, sameSite }

  return {
    name,
    attributes: stringifySetCookie({ name, value: '', ...fixed }).slice(`${name}=; `.length),
    read: ({ cookies }) => cookies.get(name) ?? [],
    set: (value, maxAge = null) => write(value, maxAge === null ? {} : { maxAge: toAge(maxAge) }),
    clear: () => write('', { maxAge: 0 }),
  }

  function write(value: string, age: { maxAge?: number }): string {
    // Values are base64url and words: whatever would have to be encoded is a mistake of ours, and is thrown.
    return stringifySetCookie({ name, value, ...age, ...fixed }, { encode: asItIs })
  }
}

/**
 * Adds `__Host-`, so that a sibling domain cannot plant the cookie. Omits it on plain http, where browsers drop Secure
 * cookies, and for cookies that scripts read: those of another port share it (RFC 6265bis §4.1.3).
 */
export const cookieName = (plain: CookieName, secure: boolean): string =>
  secure && readerOf(plain) === 'server' ? `__Host-${plain}` : plain

const readerOf = (plain: CookieName): 'server' | 'page' => (isListed(plain) ? readers[plain] : 'server')

const isListed = (plain: CookieName): plain is keyof typeof readers => Object.hasOwn(readers, plain)

/**
 * Returns all pairs of a `Cookie` header that match the grammar of RFC 6265 §4.1.1; others are skipped. Names are
 * compared literally and values are never decoded: a name that browsers distinguish from `__Host-…` must not become it
 * here.
 */
export function parseCookies(header: string): Map<string, string[]> {
  const cookies = new Map<string, string[]>()
  // Pair by pair: the library keeps the first of a name alone.
  for (const pair of header.split(';')) {
    for (const [name, value = ''] of Object.entries(parseCookie(pair, { decode: asItIs }))) {
      if (!isName.test(name) || !isValue.test(value)) continue
      const values = cookies.get(name)
      if (values) values.push(value)
      else cookies.set(name, [value])
    }
  }
  return cookies
}

const isName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Matches values without the quotes that the grammar allows around them: none of ours has them. */
const isValue = /^[\u0021\u0023-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]*$/

const asItIs = (text: string): string => text

const toAge = (maxAge: Milliseconds): number => Math.max(0, toSeconds(maxAge))
