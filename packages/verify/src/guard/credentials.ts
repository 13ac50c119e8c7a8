/** The credentials of a request. */
export interface Credential {
  token: string
  /** From the `Authorization` header. */
  scheme: string
  /** Sent by the browser by itself, whoever made the request. */
  isCookie: boolean
}

type Header = (name: string) => string | null

/**
 * Finds every Latchkey credential of a request, each once: in `Authorization` (RFC 6750 §2.1, RFC 9449 §7.1), an API
 * key in `X-API-Key`, and the session cookie if its name is given. Ignores others: unknown schemes, and keys without
 * our prefix.
 */
export function findCredentials(header: Header, cookieName: string | null): Credential[] {
  const found = [ofAuthorization(header), ofApiKey(header), ...ofCookies(header, cookieName)].filter(
    (each) => each !== null,
  )
  return found.filter(({ token }, index) => found.findIndex((other) => other.token === token) === index)
}

function ofAuthorization(header: Header): Credential | null {
  const authorization = header('authorization') ?? ''
  const [scheme = ''] = authorization.split(' ', 1)
  if (!/^(?:bearer|dpop)$/i.test(scheme)) return null
  const token = authorization.slice(scheme.length).replaceAll(/^ +|(?<! ) +$/g, '')
  return { token, scheme, isCookie: false }
}

function ofApiKey(header: Header): Credential | null {
  const token = header('x-api-key')
  return token?.startsWith('lkk_') ? { token, scheme: 'Bearer', isCookie: false } : null
}

/**
 * Returns the values of a cookie, whose name may come twice: a neighbour's cookie with another path, say. Only a space
 * may stand before the name: any other character, such as a no-break space, is a `__Host-` cookie planted by a sibling
 * domain.
 */
function ofCookies(header: Header, name: string | null): Credential[] {
  if (name === null) return []
  return (header('cookie') ?? '').split(';').flatMap((pair) => {
    const named = pair.startsWith(' ') ? pair.slice(1) : pair
    if (!named.startsWith(`${name}=`)) return []
    return [{ token: named.slice(name.length + 1), scheme: 'Bearer', isCookie: true }]
  })
}
