import { decideSource, isLikeForm, isSafe } from '@latchkey/verify/core'
import { AuthError } from '../../core/auth-error.ts'
import type { Exchange } from '../exchange.ts'

export type SourceStep = (exchange: Pick<Exchange, 'method' | 'context'>) => void

/**
 * Prevents cross-site request forgery: if the browser says where a request comes from (Fetch Metadata, then Origin),
 * only our own origin and the configured ones may change anything. A request without either is not a browser's: it
 * brings no cookies that somebody else put there (ASVS V3.5.1).
 */
export function createSourceStep(ownOrigin: string, allowedOrigins: ReadonlySet<string>): SourceStep {
  const origins = new Set([ownOrigin, ...allowedOrigins])
  return ({ method, context }) => {
    if (isSafe(method)) return
    if (decideSource(context, origins) === 'elsewhere') throw refuse(context)
  }
}

/** Refuses a form that does not say where it comes from. For routes where a cookie alone authenticates the caller. */
export function requireUnforgeable({ method, context }: Pick<Exchange, 'method' | 'context'>): void {
  const { header } = context
  const isSilent = header('sec-fetch-site') === null && header('origin') === null
  if (isSilent && isLikeForm({ method, header })) throw refuse(context)
}

function refuse({ header }: Pick<Exchange['context'], 'header'>): AuthError {
  const [site, origin] = [header('sec-fetch-site'), header('origin')]
  return new AuthError('cross_site_request', { log: { site, origin } })
}
