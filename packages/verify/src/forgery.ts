import type { Incoming } from './incoming.ts'

/**
 * Cross-site request forgery: whether a request that a cookie alone proves may come from a page of somebody else's. The
 * browser says from where it comes (Fetch Metadata, then Origin); browsers of before 2020 send forms without either, and a
 * form is a POST and never JSON (ASVS V3.5.1). Reading is left to CORS.
 */
export function mayBeForged({ method, header }: Incoming, origins: ReadonlySet<string>): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  const site = header('sec-fetch-site')
  const origin = header('origin')
  if (origin !== null && origins.has(origin)) return false
  if (site === 'same-origin' || site === 'none') return false
  if (site !== null || origin !== null) return true
  return method === 'POST' && !/^application\/json\s*(;|$)/i.test(header('content-type')?.trim() ?? '')
}
