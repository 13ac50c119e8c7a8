/** How the cookies of an installation are made; `secure` is false only on plain-http localhost. */
export interface CookieOptions {
  secure: boolean
  sameSite: 'lax' | 'strict'
}

export interface CookieSource {
  cookies: ReadonlyMap<string, readonly string[]>
}
