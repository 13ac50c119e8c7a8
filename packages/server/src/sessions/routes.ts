import { sessionRoutes, type SessionId, toSeconds } from '@latchkey/contract'
import type { Audit } from '../core/audit/audit.ts'
import { levelOf } from '@latchkey/verify/core'
import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Permissions } from '../identity/roles/permissions.ts'
import { type Route, serve } from './route.ts'
import type { AccessTokens } from './tokens/access-token.ts'
import type { KeyHolder } from '../identity/service-accounts/key-holder.ts'
import { isoTimeOrNull } from '../core/iso-time.ts'
import { toUser } from '../identity/users/account.ts'
import type { SessionCookies } from './cookies/session-cookies.ts'
import type { SessionResponder } from './session-response.ts'
import { createLogOut } from './log-out.ts'
import type { Sessions } from './service.ts'
import { toSession } from './session.ts'

export interface SessionRoutesOptions {
  sessions: Sessions
  cookies: SessionCookies
  respond: SessionResponder
  accessTokens: AccessTokens
  permissions: Permissions
  audit: Audit
  ports: Ports
}

export function createSessionRoutes(options: SessionRoutesOptions): Route[] {
  const { sessions, cookies, respond, permissions, audit, ports } = options
  const logOut = createLogOut(options)

  return [
    serve(sessionRoutes.refresh, async ({ body, headers, request }) => {
      const tokens = body ? [body.refreshToken] : cookies.readRefreshTokens(request)
      // A refusal never clears cookies: it may arrive after the answer to a newer sign-in.
      const open = await sessions.refresh({
        tokens,
        attempt: attemptOf(headers),
        clientId: null,
        origin: request,
        presentedProofs: request,
      })
      return respond(open, { tokenTransport: body ? 'body' : 'cookie', as: 'refreshed' })
    }),

    serve(sessionRoutes.logout, async ({ body, request }) => {
      const scope = body?.scope ?? 'this'
      await logOut(scope, body?.refreshToken, request)
      const clears = scope !== 'others' && body?.refreshToken === undefined
      return { status: 204, ...(clears && cookies.signedOut()) }
    }),

    serve(sessionRoutes.listSessions, async ({ query, caller }) => ({
      status: 200,
      body: await sessions.devices(caller.claims.sub, caller.claims.sid, query),
    })),

    serve(sessionRoutes.endSession, async ({ params, caller }) => {
      const { sub: userId } = caller.claims
      const id = params.id as SessionId
      const found = await sessions.findLive(id)
      // A session of somebody else is answered like a missing one: ids tell nothing.
      if (found?.account.id !== userId) throw new AuthError('session_not_found')
      await sessions.end(id, 'session_ended')
      audit.record({ kind: 'session.ended', userId, sessionId: id, detail: { reason: 'ended_by_user' } })
      return { status: 204 }
    }),

    serve(sessionRoutes.getSession, async ({ caller }) => {
      if ('holder' in caller) return { status: 200, body: describeHolder(caller.holder, permissions) }
      const { claims } = caller
      const found = await sessions.findLive(claims.sid)
      if (!found) throw new AuthError('token_revoked')
      // The caller's own methods: a predecessor of a step-up lacks what its successor was authenticated with.
      const proven = { amr: claims.amr, aal: levelOf(claims) }
      return {
        status: 200,
        body: {
          kind: found.session.kind === 'cookie' ? 'session' : 'access_token',
          user: toUser(found.account),
          session: { ...toSession(found.session), ...proven },
          roles: claims.roles ?? [],
          permissions: permissions.ofRoles(claims.roles ?? []),
          scopes: claims.scope?.split(' ') ?? [],
          ...proven,
          expiresIn: Math.max(0, claims.exp - toSeconds(ports.now())),
        },
      }
    }),
  ]
}

/** Describes the holder of an API key. */
function describeHolder({ keyId, owner, roles, ...key }: KeyHolder, permissions: Permissions) {
  const { id, name } = owner.account
  return {
    kind: 'api_key',
    apiKey: { id: keyId, name: key.name, expiresAt: isoTimeOrNull(key.expiresAt) },
    user: owner.kind === 'user' ? toUser(owner.account) : null,
    serviceAccount: owner.kind === 'service_account' ? { id, name } : null,
    roles,
    permissions: permissions.ofRoles(roles),
    scopes: key.scopes,
  }
}

/** The `Refresh-Attempt` header; its form has been checked by the contract. */
export const attemptOf = (headers: { 'refresh-attempt'?: string | undefined }): Uint8Array | null => {
  const attempt = headers['refresh-attempt']
  return attempt === undefined ? null : Buffer.from(attempt, 'base64url')
}
