import { milliseconds } from '@latchkey/contract'
import { isEqual, sha256 } from '../../core/bytes.ts'
import { createCookie, type CookieSource } from '../../core/request/cookie.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { linkTtl, signInTtl } from './options.ts'

/**
 * Ties what was begun to the browser that began it: an answer of a provider that is slipped to somebody else, to sign
 * them in to the account of the sender, finds no cookie there (RFC 9700 §4.7). One secret for all tabs.
 */
export interface BrowserCookie {
  /** The secret of this browser, or a new one, as what is to be kept and what is to be set. */
  bind(request: CookieSource): { hash: string; cookie: string }
  /** Whether the request comes from the browser of a hash. */
  recognizes(request: CookieSource, hash: string): boolean
}

const lifetime = milliseconds(signInTtl + linkTtl)

export function createBrowserCookie(ports: Ports, secure: boolean): BrowserCookie {
  // Lax whatever the setting: the way back from the provider starts at another site.
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
