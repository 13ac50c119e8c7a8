import { days } from '@latchkey/contract'
import { createCookie, type CookieSource } from '../../core/request/cookie.ts'

/** The Set-Cookie value after a sign-in by a way, such as `password` or `federation/google`. */
export type RememberWay = (way: string) => string

const lifetime = days(365)

/** Scripts of the site may read the cookie as pages do: it holds no secret, and proves nothing. */
export const createRememberWay =
  ({ secure }: { secure: boolean }): RememberWay =>
  (way) =>
    lastWayCookie(secure).set(way, lifetime)

/** By which way this browser signed in last; null where it did not, or where two cookies disagree. */
export function readLastWay(request: CookieSource): string | null {
  const [way = '', ...more] = anyLastWay.read(request)
  return more.length === 0 && /^[a-z][a-z0-9_/-]{0,63}$/.test(way) ? way : null
}

const lastWayCookie = (secure: boolean) => createCookie('latchkey-last-way', { secure, sameSite: 'lax' })
/** To read it: its name is the same on http and https. */
const anyLastWay = lastWayCookie(true)
