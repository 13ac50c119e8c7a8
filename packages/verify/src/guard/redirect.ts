import type { Incoming } from './incoming.ts'
import type { Refusal } from './refusal.ts'

/** Refusals that signing in can cure. All others would loop: the sign-in page sends a signed-in visitor back. */
const curable = new Set<Refusal['code']>([
  'unauthenticated',
  'invalid_token',
  'token_expired',
  'token_revoked',
])

/** Turns a refusal into a redirect to the sign-in page, if a person opens a page. */
export function redirected(refusal: Refusal, incoming: Incoming, redirectTo: string, base: URL): Refusal {
  if (!curable.has(refusal.code) || !isNavigation(incoming)) return refusal
  const location = signInAddress(redirectTo, incoming.target, base)
  return { ...refusal, status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' }
}

function isNavigation({ method, header }: Incoming): boolean {
  if (method !== 'GET') return false
  const mode = header('sec-fetch-mode')
  return mode === null ? /\btext\/html\b/.test(header('accept') ?? '') : mode === 'navigate'
}

/** Adds `return_to`: a path if the sign-in page is on the same origin, else the whole address. */
function signInAddress(redirectTo: string, target: string, base: URL): string {
  const url = new URL(redirectTo, base)
  const isHere = url.origin === base.origin
  const path = base.pathname.replace(/\/$/, '') + target
  if (isPlainPath(path)) url.searchParams.set('return_to', isHere ? path : base.origin + path)
  return redirectTo.startsWith('/') ? url.pathname + url.search + url.hash : url.href
}

/**
 * One slash, then printable ASCII without the backslash: `//host` and `/\host` lead elsewhere (WHATWG URL §4.4), and a
 * sign-in page that trusts them would be an open redirect (CWE-601).
 */
const isPlainPath = (path: string): boolean =>
  path.length <= 2048 && /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(path)
