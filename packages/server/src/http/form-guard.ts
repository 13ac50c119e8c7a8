import { createHmac } from 'node:crypto'
import { decideSource, isSafe } from '@latchkey/verify/core'
import { isEqual } from '../core/bytes.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Keyring } from '../core/secrets/keyring.ts'
import type { Ports } from '../core/ports/ports.ts'
import { genuineCookiesOf } from '../sessions/open-session.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'

/** Cross-site request forgery, at the addresses of the application's own. */
export interface FormGuard {
  /**
   * Returns the value of a hidden field, for browsers that do not say where a form comes from; empty without a session.
   */
  token(request: CookieSource): string
  /**
   * Throws AuthError `cross_site_request` unless the request changes nothing or comes from a page of ours. If its
   * browser does not say where it comes from, the {@link token} of its session is accepted instead.
   */
  check(request: FormRequest): void
}

export interface FormRequest extends CookieSource {
  method: string
  header: (name: string) => string | null
  /** The value as it was sent; anything but one text counts as none. */
  token: unknown
}

export interface FormGuardOptions {
  ring: Keyring
  ports: Ports
  cookies: SessionCookies
  ownOrigin: string
}

const nonceLength = 14
/** base64url of nonce 14 | MAC 16: a multiple of 3, so every encoding is canonical. */
const format = /^[A-Za-z0-9_-]{40}$/

export function createFormGuard({ ring, ports, cookies, ownOrigin }: FormGuardOptions): FormGuard {
  // Apps on other origins call the API; the forms of these pages are sent by these pages alone.
  const origins = new Set([ownOrigin])
  return { token, check }

  function token(request: CookieSource): string {
    const [sessionId] = sessionIds(request)
    if (!sessionId) return ''
    // A nonce in each, so that a compressed page does not give it away letter by letter (BREACH).
    const nonce = ports.randomBytes(nonceLength)
    const { key } = ring.keys('form-token')[0]!
    return Buffer.concat([nonce, macOf(key, nonce, sessionId)]).toString('base64url')
  }

  function check(request: FormRequest): void {
    if (isSafe(request.method) || request.method === 'OPTIONS') return
    const source = decideSource(request, origins)
    if (source === 'ours' || (source === 'unsaid' && isTokenOf(request))) return
    const [site, origin] = [request.header('sec-fetch-site'), request.header('origin')]
    throw new AuthError('cross_site_request', { log: { site, origin } })
  }

  /** Bound to the session: an attacker gets tokens of their own session, and cannot put that into another's browser. */
  function isTokenOf(request: FormRequest): boolean {
    if (typeof request.token !== 'string' || !format.test(request.token)) return false
    const bytes = Buffer.from(request.token, 'base64url')
    const [nonce, mac] = [bytes.subarray(0, nonceLength), bytes.subarray(nonceLength)]
    const isGenuine = sessionIds(request).some((sessionId) =>
      ring.keys('form-token').some(({ key }) => isEqual(macOf(key, nonce, sessionId), mac)),
    )
    if (!isGenuine) ring.requireKnown('form-token')
    return isGenuine
  }

  /** The id outlives a step-up: forms that are open in other tabs stay good. */
  function sessionIds(request: CookieSource): Uint8Array[] {
    return genuineCookiesOf(ring, cookies.readSessions(request)).map(({ sessionId }) => sessionId)
  }
}

const macOf = (key: Parameters<typeof createHmac>[1], nonce: Uint8Array, sessionId: Uint8Array): Buffer =>
  createHmac('sha256', key).update(nonce).update(sessionId).digest().subarray(0, 16)
