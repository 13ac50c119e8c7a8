/** A cookie as Playwright takes it (`context.addCookies`). */
export interface BrowserCookie {
  name: string
  value: string
  domain: string
  path: string
  /** Seconds since the epoch; -1 ends with the browser. */
  expires: number
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict' | 'Lax' | 'None'
}

/** The `storageState` of Playwright's `newContext`. */
export interface StorageState {
  cookies: BrowserCookie[]
  origins: { origin: string; localStorage: { name: string; value: string }[] }[]
}

/** Somebody who has signed in, as a client and as a browser. */
export interface SignedIn {
  accessToken: string
  user: { id: string; email: string; roles: string[] }
  session: { id: string }
  cookies: BrowserCookie[]
  /** The header `Cookie` of the next request. */
  cookie: string
  /** A browser context that begins with it is signed in. */
  storageState: StorageState
}

/** Reads the answer to a log-in. Throws Error that says what the server did not like. */
export async function readSignedIn(response: Response, url: string): Promise<SignedIn> {
  const body = (await response.json()) as Pick<SignedIn, 'accessToken' | 'user' | 'session'> & {
    code?: string
    title?: string
  }
  if (response.status !== 200) {
    const { code = 'another step is asked for', title = '' } = body
    throw new Error(`signing in was answered with ${response.status} ${code}. ${title}`.trim())
  }
  const { accessToken, user, session } = body
  const { hostname } = new URL(url)
  const cookies = response.headers
    .getSetCookie()
    .map((line) => readCookie(line, hostname))
    .filter((cookie) => cookie !== null)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  return { accessToken, user, session, cookies, cookie, storageState: { cookies, origins: [] } }
}

/** RFC 6265 §5.2, of a server that is known; null for a cookie that is taken away. */
function readCookie(line: string, domain: string): BrowserCookie | null {
  const [pair = '', ...rest] = line.split(/; */)
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? []
  const attributes = new Map(
    rest.map((text) => {
      const [key = '', ...values] = text.split('=')
      return [key.toLowerCase(), values.join('=')]
    }),
  )
  const maxAge = attributes.get('max-age')
  if (maxAge === '0') return null
  return {
    name,
    value,
    domain,
    path: attributes.get('path') ?? '/',
    // Browsers live in real time, wherever the server's clock was moved.
    expires: maxAge === undefined ? -1 : Math.floor(Date.now() / 1000) + Number(maxAge),
    httpOnly: attributes.has('httponly'),
    secure: attributes.has('secure'),
    sameSite: attributes.get('samesite') === 'Strict' ? 'Strict' : 'Lax',
  }
}
