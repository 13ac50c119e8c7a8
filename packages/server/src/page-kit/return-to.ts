/** The addresses that a sign-in may lead to. */
export interface Destinations {
  /** The address that is asked for, if it may be gone to; null for every other. */
  allowed(asked: string | null): string | null
  /** The destination if none is asked for. */
  fallback: string
  /** The origins elsewhere that a form may lead to, for its content security policy. */
  origins: readonly string[]
}

export interface DestinationOptions {
  publicUrl: string
  basePath: string
  afterSignIn: string
  returnUrls: readonly string[]
}

/** Our own paths that are no destination: nobody wants to arrive there, or arriving would do something. */
const reserved = ['/sign-out', '/sign-in', '/sign-up', '/language', '/dev', '/latchkey']

export function createDestinations(options: DestinationOptions): Destinations {
  const { publicUrl, afterSignIn, returnUrls } = options
  const listed = new Set(returnUrls)
  const closed = [options.basePath, ...reserved]
  const elsewhere = [...returnUrls, afterSignIn].filter((url) => !url.startsWith('/'))

  return {
    allowed: (asked) => (asked !== null && (listed.has(asked) || isOurs(asked)) ? asked : null),
    fallback: afterSignIn,
    origins: [...new Set(elsewhere.map((url) => new URL(url).origin))],
  }

  function isOurs(asked: string): boolean {
    const path = ownPath(asked, publicUrl)
    if (path === null) return false
    return !closed.some((closedPath) => path === closedPath || path.startsWith(`${closedPath}/`))
  }
}

const longest = 2048

/**
 * Returns the decoded path, in lower case, of an address below our origin. Null for anything that a browser, a proxy or
 * a router might read differently from us: `//host`, `/\host`, control characters, dot segments, encoded separators.
 */
export function ownPath(text: string, publicUrl: string): string | null {
  // One slash, then printable ASCII without the backslash, which browsers read as a slash (WHATWG URL §4.4).
  if (text.length > longest || !/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text)) return null
  const url = URL.parse(text, publicUrl)
  if (!url || url.origin !== new URL(publicUrl).origin) return null
  // A path that the parser had to rewrite (`/a/../b`, `/%2e%2e/b`) is not what it looks like.
  if (url.pathname + url.search + url.hash !== text) return null
  // Refuses encoded slashes, backslashes, controls and percent signs: other software may decode once more than we do.
  if (/%(?:2f|5c|25|7f|[01][0-9a-f])/i.test(url.pathname) || url.pathname.includes('//')) return null
  return decode(url.pathname)?.toLowerCase() ?? null
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
