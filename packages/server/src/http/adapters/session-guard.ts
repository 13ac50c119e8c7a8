import type { ServerResponse } from 'node:http'
import type { Requirement } from '@latchkey/contract'
import { requireRequirement } from '@latchkey/verify/core'
import { AuthError } from '../../core/auth-error.ts'
import { bearerOf } from '../../sessions/tokens/bearer.ts'
import type { FormRequest } from '../form-guard.ts'
import { parseCookies } from '../../core/request/cookie.ts'
import type { Mountable } from './mountable.ts'
import { connectionOf, headerOf, isGoneOf } from './node-incoming.ts'
import { type Next, type NodeHandler, type NodeRequest, sendRefusal } from './node.ts'

/** The field of a form, and the header of a script, that holds {@link csrfToken}. */
const field = 'csrf_token'
const header = 'x-csrf-token'

export interface RequireSessionOptions {
  /**
   * Sends people who are not signed in to `/sign-in` and back, instead of answering 401. Only for pages that people
   * read.
   */
  signIn?: boolean
}

/**
 * Guards a page of Express or Connect by the session cookie: puts the claims into `request.auth`, or answers 401 or 403
 * as problem+json. A request that changes something must also come from a page of this site, see {@link protectForms}.
 * Stands after the body parser if forms are posted. No cache stores the guarded page. Throws TypeError for a
 * requirement that is wrong or undefined.
 */
export function requireSession(
  latchkey: Mountable,
  ...asked: [requirement?: Requirement, options?: RequireSessionOptions]
): NodeHandler {
  const [requirement = {}, { signIn = false } = {}] = asked
  if (asked.length > 0) requireRequirement(asked[0])
  return (request, response, next) => void guard(request, response, next)

  async function guard(
    request: NodeRequest,
    response: ServerResponse,
    next: Next | undefined,
  ): Promise<void> {
    if (await admit(request, response)) next?.()
  }

  async function admit(request: NodeRequest, response: ServerResponse): Promise<boolean> {
    try {
      const form = formRequestOf(request)
      latchkey.forms.check(form)
      const shown = { ...form, ...connectionOf(request), isGone: isGoneOf(response) }
      request.auth = await latchkey.authenticateSession(shown, requirement)
      response.setHeader('cache-control', 'no-store')
      return true
    } catch (error) {
      if (signIn && isRead(request) && isSignedOut(error)) sendToSignIn(request, response)
      else void sendRefusal(latchkey.refusal(error), response)
      return false
    }
  }
}

/**
 * Refuses requests that change something and come from another site: by Fetch Metadata, then by Origin. A browser that
 * sends neither must send {@link csrfToken} in the field `csrf_token` or the header `x-csrf-token`. For forms that
 * require no session; {@link requireSession} does the same. Stands after the body parser.
 */
export function protectForms(latchkey: Mountable): NodeHandler {
  return (request, response, next) => {
    try {
      if (!isByToken(request)) latchkey.forms.check(formRequestOf(request))
    } catch (error) {
      void sendRefusal(latchkey.refusal(error), response)
      return
    }
    next?.()
  }
}

/**
 * Value of a hidden field `csrf_token` for each posted form: browsers from before 2020 need it. Empty without a
 * session.
 */
export const csrfToken = (latchkey: Mountable, request: NodeRequest): string =>
  latchkey.forms.token(formRequestOf(request))

function formRequestOf(request: NodeRequest): FormRequest {
  const read = headerOf(request)
  const body = request.body as Record<string, unknown> | null | undefined
  return {
    method: request.method ?? 'GET',
    header: read,
    cookies: parseCookies(read('cookie') ?? ''),
    token: read(header) ?? (typeof body === 'object' ? body?.[field] : undefined),
  }
}

/** No browser adds an access token to a request by itself. */
const isByToken = ({ headers }: NodeRequest): boolean => Boolean(bearerOf(headers.authorization ?? null))

const isRead = ({ method }: NodeRequest): boolean => method === 'GET' || method === 'HEAD'

const signedOutCodes = new Set(['unauthenticated', 'session_expired', 'session_revoked', 'user_disabled'])
const isSignedOut = (error: unknown): boolean => error instanceof AuthError && signedOutCodes.has(error.code)

/** The sign-in page checks the address against the allowed destinations. */
function sendToSignIn(request: NodeRequest, response: ServerResponse): void {
  const returnTo = encodeURIComponent(request.originalUrl ?? request.url ?? '/')
  response.writeHead(303, { location: `/sign-in?return_to=${returnTo}`, 'cache-control': 'no-store' })
  response.end()
}
