import { milliseconds } from '@latchkey/contract'
import { isEqual, sha256 } from '../../core/bytes.ts'
import { createCookie, type CookieSource } from '../../core/request/cookie.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { linkTtl, signInTtl } from './options.ts'

/**
 * Ties a request to the browser that began it. A provider's answer that is slipped to a victim, to sign them in to the
 * sender's account, finds no cookie there (RFC 9700 §4.7). All tabs share one secret.
 */
export interface BrowserCookie {
  /** Returns the hash to keep and the cookie to set, with this browser's secret or a new one. */
  bind(request: CookieSource): { hash: string; cookie: string }
  /** True if the request comes from the browser with this hash. */
  recognizes(request: CookieSource, hash: string): boolean
}

const lifetime = milliseconds(signInTtl + linkTtl)

export function createBrowserCookie(ports: Ports, secure: boolean): BrowserCookie {
  // Lax whatever the setting: the return from the provider starts at another site.
  const cookie = createCookie('latchkey-federation', { secure, sameSite: 'lax' })

  return {
    bind(request) {
      const [present] = secretsOf(request)
      const secret = present ?? Buffer.from(ports.randomBytes(18)).toString('base64url')
      return { hash: hashOf(secret), cookie: cookie.set(secret, lifetime) }
    },
    recognizes: (request, hash) => secretsOf(request).some((secret) => isEqual(hashOf(secret), hash)),
  }

  function secretsOf(request: CookieSource): string[] {
    return cookie.read(request).filter((value) => /^[\w-]{24}$/.test(value))
  }
}

const hashOf = (secret: string): string => sha256(secret).toString('base64url')
