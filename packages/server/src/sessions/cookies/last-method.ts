import { days, toSeconds } from '@latchkey/contract'
import type { CookieSource } from '../../core/request/cookie.ts'

/** The Set-Cookie value after a sign-in by a way, such as `password` or `federation/google`. */
export type RememberWay = (way: string) => string

const name = 'latchkey-last-way'
const lifetime = days(365)

/** Scripts of the site may read the cookie as pages do: it holds no secret, and proves nothing. */
export const createRememberWay =
  ({ secure }: { secure: boolean }): RememberWay =>
  (way) =>
    `${name}=${way}; Path=/; SameSite=Lax${secure ? '; Secure' : ''}; Max-Age=${toSeconds(lifetime)}`

/** By which way this browser signed in last; null where it did not, or where two cookies disagree. */
export function readLastWay({ cookies }: CookieSource): string | null {
  const [way = '', ...more] = cookies.get(name) ?? []
  return more.length === 0 && /^[a-z][a-z0-9_/-]{0,63}$/.test(way) ? way : null
}
