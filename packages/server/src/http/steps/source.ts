import { AuthError } from '../../core/auth-error.ts'
import type { Exchange } from '../exchange.ts'

export type SourceStep = (exchange: Pick<Exchange, 'method' | 'context'>) => void

/**
 * Cross-site request forgery: where the browser says from where a request comes (Fetch Metadata, then Origin), only
 * our own origin and the configured ones may change anything. A request without either is not a browser's: it brings
 * no cookies that somebody else put there (ASVS V3.5.1).
 */
export function createSourceStep(ownOrigin: string, allowedOrigins: ReadonlySet<string>): SourceStep {
  return ({ method, context }) => {
    if (isSafe(method)) return
    const site = context.header('sec-fetch-site')
    const origin = context.header('origin')
    if (origin !== null && (origin === ownOrigin || allowedOrigins.has(origin))) return
    if (site === 'same-origin' || site === 'none') return
    if (site === null && origin === null) return
    throw new AuthError('cross_site_request', { log: { site, origin } })
  }
}

/** HEAD comes to the routes of GET (RFC 9110 §9.3.2). */
const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'
