import { isEqual, sha256 } from '../core/bytes.ts'
import type { Ports } from '../core/ports/ports.ts'
import { createCookie, type CookieOptions, type CookieSource } from '../core/request/cookie.ts'
import { ticketTtl } from './options.ts'

/**
 * Marks the browser in which a sign-in was started: a ticket read by somebody else, from an address or a log, is not
 * valid elsewhere. One mark for all sign-ins of a browser, so that two tabs do not get in each other's way.
 */
export interface SignInCookie {
  /** Marks a sign-in that begins here: returns the hash to keep, and the Set-Cookie value. */
  browserMarkOf(request: CookieSource): { hash: string; cookie: string }
  /** True if the sign-in of this mark was started in this browser. */
  isFrom(request: CookieSource, hash: string): boolean
}

export function createSignInCookie(ports: Ports, options: CookieOptions): SignInCookie {
  const cookie = createCookie('latchkey-sign-in', options)

  return {
    browserMarkOf(request) {
      const value = marksOf(request)[0] ?? Buffer.from(ports.randomBytes(16)).toString('base64url')
      return { hash: hashOf(value), cookie: cookie.set(value, ticketTtl) }
    },
    isFrom: (request, hash) => marksOf(request).some((value) => isEqual(hashOf(value), hash)),
  }

  function marksOf(request: CookieSource): string[] {
    return cookie.read(request).filter((value) => /^[\w-]{22}$/.test(value))
  }
}

const hashOf = (value: string): string => sha256(value).toString('base64url')
