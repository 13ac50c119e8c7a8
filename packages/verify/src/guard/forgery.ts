import type { Incoming } from './incoming.ts'

/** The place that a request comes from, as far as its browser says. */
export type Source = 'ours' | 'elsewhere' | 'unsaid'

/** By Fetch Metadata, then Origin (ASVS V3.5.1). */
export function decideSource({ header }: Pick<Incoming, 'header'>, origins: ReadonlySet<string>): Source {
  const site = header('sec-fetch-site')
  const origin = header('origin')
  if (origin !== null && origins.has(origin)) return 'ours'
  if (site === 'same-origin' || site === 'none') return 'ours'
  return site === null && origin === null ? 'unsaid' : 'elsewhere'
}

/**
 * True for a request that could be a form. Browsers of before 2020 send forms without naming their source. A form is a
 * POST and never JSON; any other request without a source is no browser's, or passed a preflight.
 */
export const isLikeForm = ({ method, header }: Pick<Incoming, 'method' | 'header'>): boolean =>
  method === 'POST' && !/^application\/json\s*(;|$)/i.test(header('content-type')?.trim() ?? '')

/** HEAD comes to the routes of GET (RFC 9110 §9.3.2). */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'

/**
 * True if a page of another site may have caused a request that only a cookie authenticates (cross-site request
 * forgery). Reading is left to CORS.
 */
export function mayBeForged(incoming: Incoming, origins: ReadonlySet<string>): boolean {
  if (isSafe(incoming.method)) return false
  const source = decideSource(incoming, origins)
  return source === 'elsewhere' || (source === 'unsaid' && isLikeForm(incoming))
}
