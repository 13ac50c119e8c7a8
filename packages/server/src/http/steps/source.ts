import { AuthError } from '../../core/auth-error.ts'
import type { Exchange } from '../exchange.ts'

export type SourceStep = (exchange: Pick<Exchange, 'method' | 'context'>) => void

/** From where a request comes, as far as its browser says. */
export type Source = 'ours' | 'elsewhere' | 'unsaid'

/**
 * Cross-site request forgery: where the browser says from where a request comes (Fetch Metadata, then Origin), only
 * our own origin and the configured ones may change anything. A request without either is not a browser's: it brings
 * no cookies that somebody else put there (ASVS V3.5.1).
 */
export function createSourceStep(ownOrigin: string, allowedOrigins: ReadonlySet<string>): SourceStep {
  return ({ method, context }) => {
    if (isSafe(method)) return
    if (decideSource(context, ownOrigin, allowedOrigins) === 'elsewhere') throw refuse(context)
  }
}

export function decideSource(
  { header }: Pick<Exchange['context'], 'header'>,
  ownOrigin: string,
  allowedOrigins: ReadonlySet<string>,
): Source {
  const site = header('sec-fetch-site')
  const origin = header('origin')
  if (origin !== null && (origin === ownOrigin || allowedOrigins.has(origin))) return 'ours'
  if (site === 'same-origin' || site === 'none') return 'ours'
  return site === null && origin === null ? 'unsaid' : 'elsewhere'
}

/**
 * Where a cookie alone proves the caller: browsers of before 2020 send forms without an Origin. A form is a POST and
 * never JSON; whatever else says nothing of its source is no browser's, or was asked for by a preflight.
 */
export function requireUnforgeable({ method, context }: Pick<Exchange, 'method' | 'context'>): void {
  const isSilent = context.header('sec-fetch-site') === null && context.header('origin') === null
  const isJson = /^application\/json\s*(;|$)/i.test(context.header('content-type')?.trim() ?? '')
  if (method === 'POST' && isSilent && !isJson) throw refuse(context)
}

function refuse({ header }: Pick<Exchange['context'], 'header'>): AuthError {
  const [site, origin] = [header('sec-fetch-site'), header('origin')]
  return new AuthError('cross_site_request', { log: { site, origin } })
}

/** HEAD comes to the routes of GET (RFC 9110 §9.3.2). */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'
