import type { CookieOptions, CookieSource } from '../../core/request/cookie.ts'
import type { Milliseconds } from '@latchkey/contract'

export interface SessionCookies {
  /** Everything in the request that stands for a session, refresh tokens and session cookies alike. */
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
  cleared(): string[]
}

/**
 * Says "there may be a session", so that anonymous visitors make no refresh call. Readable, holds no secret: `1` for one
 * of tokens, `cookie` for a cookie session, which is no business of a client that refreshes.
 */
const hint = 'latchkey-hint'

export function createSessionCookies({ secure, sameSite }: CookieOptions): SessionCookies {
  // A __Host- cookie must be Secure, and browsers drop Secure cookies on plain http (RFC 6265bis §4.1.3).
  const prefix = secure ? '__Host-' : ''
  const names = [0, 1].map((parity) => `${prefix}latchkey-refresh-${parity}`)
  const session = `${prefix}latchkey-session`
  const attributes = `Path=/; SameSite=${sameSite === 'strict' ? 'Strict' : 'Lax'}${secure ? '; Secure' : ''}`

  return {
    read: (request) => [...readRefreshTokens(request), ...readSessions(request)],
    readRefreshTokens,
    readSessions,
    refreshed: (token, generation, maxAge) => [set(name(generation), token, maxAge), setHint('1', maxAge)],
    signedIn: (token, generation, maxAge) => [
      set(name(generation), token, maxAge),
      clear(name(generation + 1)),
      clear(session),
      setHint('1', maxAge),
    ],
    started: (token, maxAge) => [set(session, token, maxAge), ...names.map(clear), setHint('cookie', maxAge)],
    raised: (token, maxAge) => [set(session, token, maxAge), setHint('cookie', maxAge)],
    cleared: () => [...names.map(clear), clear(session), clearHint()],
  }

  function readRefreshTokens({ cookies }: CookieSource): string[] {
    return names.flatMap((each) => cookies.get(each) ?? [])
  }

  function readSessions({ cookies }: CookieSource): string[] {
    return [...(cookies.get(session) ?? [])]
  }

  function name(generation: number): string {
    return names[generation % 2] as string
  }

  function set(cookie: string, token: string, maxAge: Milliseconds | null): string {
    return `${cookie}=${token}; HttpOnly; ${attributes}${lifetime(maxAge)}`
  }

  function clear(cookie: string): string {
    return `${cookie}=; HttpOnly; ${attributes}; Max-Age=0`
  }

  function setHint(kind: '1' | 'cookie', maxAge: Milliseconds | null): string {
    return `${hint}=${kind}; ${attributes}${lifetime(maxAge)}`
  }

  function clearHint(): string {
    return `${hint}=; ${attributes}; Max-Age=0`
  }
}

/** Null ends with the browser. */
const lifetime = (maxAge: Milliseconds | null): string =>
  maxAge === null ? '' : `; Max-Age=${Math.max(0, Math.floor(maxAge / 1000))}`
