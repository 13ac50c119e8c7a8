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

/** The caller with a valid access token. */
export interface Principal<Claims extends AccessClaims = AccessClaims> {
  claims: Claims
}

/** The caller with a valid API key. */
export interface KeyCaller {
  holder: KeyHolder
}

/** The caller with a valid client certificate. */
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

/** The caller, of one of the kinds that the route accepts. */
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
   * Returns the caller of a route that is open to anybody and only sometimes requires one. Throws AuthError as a route
   * with access `bearer` does.
   */
  proveCaller: () => Promise<Principal<SessionClaims>>
  /**
   * Returns the signed-in user of a route that a link authenticates: by the access token, else by the browser's cookies
   * of either kind. Null for nobody: links are opened in other browsers too. Throws for a refused access token.
   */
  findHolder: () => Promise<Holder | null>
}

/** The user who is signed in where a link is opened. */
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
  // The pipeline has parsed the input and authenticated the caller by this very contract before it calls.
  return { contract, handle }
}

/** Headers of documents that are about nobody: kept by caches, and read by the pages of any origin. */
export const publicDocument = (maxAge: Milliseconds): Record<string, string> => ({
  'cache-control': `public, max-age=${toSeconds(maxAge)}`,
  'access-control-allow-origin': '*',
})
