import type { RequestContext } from '../core/request/request-context.ts'
import {
  type CallerKind,
  type Instant,
  type Milliseconds,
  type RouteContract,
  type SessionId,
  toSeconds,
  type UserId,
} from '@latchkey/contract'
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

/** Who is calling: one of the kinds that the route takes. */
type CallerOf<Contract extends RouteContract> = Contract extends {
  access: 'public' | 'refresh' | 'operation'
}
  ? null
  : Contract extends { asks: { callers: infer Callers } }
    ? { [Kind in keyof Callers]: CallersByKind[Kind & CallerKind] }[keyof Callers]
    : never

interface CallersByKind {
  session: Principal<SessionClaims>
  apiKey: KeyCaller
  apiKeyToken: Principal
  serviceAccountKey: KeyCaller
  serviceAccountToken: Principal
  certificate: CertificateCaller
}

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
  cookies?: string[]
}

export interface RouteCall<Contract extends RouteContract> extends Input<Contract> {
  request: RequestContext
  caller: CallerOf<Contract>
  /**
   * Who is signed in, for routes that anybody may call and that only sometimes ask. Throws AuthError as a route with access
   * `bearer` does.
   */
  proveCaller: () => Promise<Principal<SessionClaims>>
  /**
   * Who is signed in, for routes that a link proves: by the access token, else by the browser's cookies of either kind; null
   * for nobody, for a link is opened in many a browser. An access token that is refused throws, as everywhere.
   */
  findHolder: () => Promise<Holder | null>
}

/** Whoever opens a link while they are signed in. */
export interface Holder {
  userId: UserId
  sessionId: SessionId
  authenticatedAt: Instant
  aal: number
}

/** A route of the contract together with what serves it. */
export interface Route {
  contract: RouteContract
  handle: (call: RouteCall<RouteContract>) => Promise<Answer | Response>
}

/** Binds a contract to its handler; the handler's input is typed by the contract. */
export function serve<Contract extends RouteContract>(
  contract: Contract,
  handle: (call: RouteCall<Contract>) => Promise<Answer | Response>,
): Route {
  // The pipeline has parsed the input, and proven the caller, with this very contract before it calls.
  return { contract, handle }
}

/** For documents that say nothing of anybody: kept by caches, and read by the pages of any origin. */
export const publicDocument = (maxAge: Milliseconds): Record<string, string> => ({
  'cache-control': `public, max-age=${toSeconds(maxAge)}`,
  'access-control-allow-origin': '*',
})
