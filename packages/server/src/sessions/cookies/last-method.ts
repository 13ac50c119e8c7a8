import { days } from '@latchkey/contract'
import { createCookie, type CookieSource } from '../../core/request/cookie.ts'

/** The Set-Cookie value after a sign-in by a method such as `password` or `federation/google`. */
export type RememberMethod = (method: string) => string

const lifetime = days(365)

/** Scripts of the site may read the cookie as pages do: it holds no secret, and proves nothing. */
export const createRememberMethod =
  ({ secure }: { secure: boolean }): RememberMethod =>
  (method) =>
    lastMethodCookie(secure).set(method, lifetime)

/** The method that this browser signed in by last; null if there is none, or if two cookies disagree. */
export function readLastMethod(request: CookieSource): string | null {
  const [method = '', ...more] = anyLastMethod.read(request)
  return more.length === 0 && /^[a-z][a-z0-9_/-]{0,63}$/.test(method) ? method : null
}

const lastMethodCookie = (secure: boolean) =>
  createCookie('latchkey-last-method', { secure, sameSite: 'lax' })
/** To read it: its name is the same on http and https. */
const anyLastMethod = lastMethodCookie(true)
