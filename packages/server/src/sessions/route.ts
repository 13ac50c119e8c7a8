import type { RequestContext } from '../core/request/request-context.ts'
import { type Milliseconds, type RouteContract, toSeconds } from '@latchkey/contract'
import type { z } from 'zod'
import type { AccessClaims, SessionClaims } from './tokens/access-token.ts'
import type { CertificateHolder } from '../identity/service-accounts/certificate-holder.ts'
import type { KeyHolder } from '../identity/service-accounts/key-holder.ts'

/** Whoever brought a valid access token. */
export interface Principal<Claims extends AccessClaims = AccessClaims> {
  claims: Claims
}

/** Whoever brought a valid API key. */
export interface KeyCaller {
  holder: KeyHolder
}

/** Whoever brought a valid client certificate. */
export interface CertificateCaller {
  certified: CertificateHolder
}

export type Caller = Principal | KeyCaller | CertificateCaller

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

/** The validated input of a route. */
export interface Input<Contract extends RouteContract> {
  params: Parsed<Contract['params']>
  query: Parsed<Contract['query']>
  headers: Parsed<Contract['headers']>
  body: Contract extends { bodyOptional: true }
    ? Parsed<Contract['body']> | undefined
    : Parsed<Contract['body']>
}

/** Who is calling, by the route's access: proven where the column of the pipeline proves it. */
type CallerOf<Contract extends RouteContract> =
  | CallersByAccess[Contract['access']]
  | (Contract extends { takesApiKey: true } ? KeyCaller : never)

interface CallersByAccess {
  public: null
  refresh: null
  bearer: Principal<SessionClaims>
  admin: Principal
  machine: KeyCaller
  certificate: CertificateCaller
  operation: null
}

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
  cookies?: string[]
}

export interface Call<Contract extends RouteContract> extends Input<Contract> {
  request: RequestContext
  caller: CallerOf<Contract>
}

/** A route of the contract together with what serves it. */
export interface Route {
  contract: RouteContract
  handle: (call: Call<RouteContract>) => Promise<Answer | Response>
}

/** Binds a contract to its handler; the handler's input is typed by the contract. */
export function serve<Contract extends RouteContract>(
  contract: Contract,
  handle: (call: Call<Contract>) => Promise<Answer | Response>,
): Route {
  // The pipeline has parsed the input, and proven the caller, with this very contract before it calls.
  return { contract, handle: handle as unknown as Route['handle'] }
}

/** For documents that say nothing of anybody: kept by caches, and read by the pages of any origin. */
export const publicDocument = (maxAge: Milliseconds): Record<string, string> => ({
  'cache-control': `public, max-age=${toSeconds(maxAge)}`,
  'access-control-allow-origin': '*',
})
