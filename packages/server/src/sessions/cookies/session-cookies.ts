import { createCookie, type CookieOptions, type CookieSource } from '../../core/request/cookie.ts'
import type { Milliseconds } from '@latchkey/contract'

export interface SessionCookies {
  /** Reads every session credential in the request, refresh tokens and session cookies alike. */
  read(request: CookieSource): string[]
  /** Every refresh token in the request, duplicates of a name included. */
  readRefreshTokens(request: CookieSource): string[]
  /** Every session cookie in the request, duplicates of the name included. */
  readSessions(request: CookieSource): string[]
  /**
   * After a refresh: only the cookie of this generation's parity, so that an answer which arrives late cannot
   * overwrite the newer token.
   */
  refreshed(token: string, generation: number, maxAge: Milliseconds | null): string[]
  /** After a sign-in: this session alone. */
  signedIn(token: string, generation: number, maxAge: Milliseconds | null): string[]
  /** After the sign-in of a cookie session: this session alone. */
  started(token: string, maxAge: Milliseconds | null): string[]
  /** After the step-up of a cookie session. */
  raised(token: string, maxAge: Milliseconds | null): string[]
  /** Returns the answer that ends a session: clears its cookies, and what the browser still shows of it. */
  signedOut(): { cookies: string[]; headers: Record<string, string> }
}

/*
 * `Clear-Site-Data: "cache"` empties what the back button could still show (ASVS V14.3.1). Not `cookies` and not
 * `storage`: both reach beyond what is ours, to an application on the same origin, and to the cookies by which this
 * browser is known and trusted.
 */
export function createSessionCookies(options: CookieOptions): SessionCookies {
  const even = createCookie('latchkey-refresh-0', options)
  const odd = createCookie('latchkey-refresh-1', options)
  const session = createCookie('latchkey-session', options)
  /**
   * Says "there may be a session", so that anonymous visitors make no refresh call. Readable, without a secret: `1` for
   * a token session, `cookie` for a cookie session, which clients that refresh must ignore.
   */
  const hint = createCookie('latchkey-hint', options)

  return {
    read: (request) => [...readRefreshTokens(request), ...session.read(request)],
    readRefreshTokens,
    readSessions: (request) => [...session.read(request)],
    refreshed: (token, generation, maxAge) => [
      ofParity(generation).set(token, maxAge),
      hint.set('1', maxAge),
    ],
    signedIn: (token, generation, maxAge) => [
      ofParity(generation).set(token, maxAge),
      ofParity(generation + 1).clear(),
      session.clear(),
      hint.set('1', maxAge),
    ],
    started: (token, maxAge) => [
      session.set(token, maxAge),
      even.clear(),
      odd.clear(),
      hint.set('cookie', maxAge),
    ],
    raised: (token, maxAge) => [session.set(token, maxAge), hint.set('cookie', maxAge)],
    signedOut: () => ({
      cookies: [even, odd, session, hint].map((cookie) => cookie.clear()),
      headers: { 'clear-site-data': '"cache"' },
    }),
  }

  function readRefreshTokens(request: CookieSource): string[] {
    return [...even.read(request), ...odd.read(request)]
  }

  function ofParity(generation: number) {
    return generation % 2 === 0 ? even : odd
  }
}
