import type { z } from 'zod'
import type { Asks } from './asks.ts'
import type { ErrorCode } from './errors.ts'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Ways in which a route authenticates its caller; the columns of the server's pipeline.
 * - `public`: anybody; refused when a browser sends it from a foreign site.
 * - `refresh`: a session, by its refresh token (cookie or body).
 * - `bearer`: an access token in `Authorization`, or the session cookie.
 * - `admin`: as `bearer`, by somebody who holds the route's permission.
 * - `machine`: an API key; cookies are ignored.
 * - `certificate`: a client certificate; cookies are ignored.
 * - `operation`: for machines that watch the server; no credential, no cookies.
 */
export type Access = 'public' | 'refresh' | 'bearer' | 'admin' | 'machine' | 'certificate' | 'operation'

/** An application's requirements of a caller, beyond being signed in. */
export interface Requirement {
  role?: string
  permission?: string
  /** Space-separated; all of them. */
  scope?: string
  /** Two factors (aal2 or higher). */
  mfa?: boolean
  /** Largest age of the sign-in, in seconds (RFC 9470). */
  maxAge?: number
}

/** A route as data: the server serves it, OpenAPI describes it, clients are typed by it. */
export type RouteContract = OpenRoute | GuardedRoute | AdministrationRoute

/** A route whose input authenticates its caller, if anything does. */
interface OpenRoute extends RouteDescription {
  access: 'public' | 'refresh' | 'operation'
  asks?: never
}

interface GuardedRoute extends RouteDescription {
  access: 'bearer' | 'machine' | 'certificate'
  asks: Asks
}

interface AdministrationRoute extends RouteDescription {
  access: 'admin'
  asks: Asks & { permission: string }
}

interface RouteDescription {
  id: string
  method: HttpMethod
  /** Below the base path of its area, parameters as `{id}`. */
  path: string
  /** Takes a form and refuses as RFC 6749 §5.2 says, not as problem+json. */
  protocol?: 'oauth'
  tag: string
  summary: string
  description?: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  headers?: z.ZodObject
  /** Hashes a password, which is slow on purpose: only so many are let in at a time. */
  hashes?: true
  /** A body may be left out altogether. */
  bodyOptional?: boolean
  answers: Record<number, { description: string; body?: z.ZodType; mediaType?: string }>
  errors: readonly ErrorCode[]
}

/** Keeps the literal types of a route. */
export const defineRoute = <const Route extends RouteContract>(route: Route): Route => route
