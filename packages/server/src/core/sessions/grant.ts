import { type Milliseconds, type SignedIn, toSeconds } from '@latchkey/contract'
import type { KnownDevices } from '../limits/known-device.ts'
import type { Ports } from '../ports/ports.ts'
import type { Permissions } from '../roles/permissions.ts'
import type { Answer } from '../route.ts'
import { type AccessGrant, type AccessTokens, firstPartyClient } from '../tokens/access-token.ts'
import { toUser } from '../users/account.ts'
import type { SessionCookies } from './cookies.ts'
import type { OpenSession } from './open-session.ts'
import { sessionIdOf, toSession } from './session.ts'

export interface GrantAnswer {
  status?: 200 | 201
  delivery: 'cookie' | 'body'
  /** `refreshed` leaves the cookie of the other parity alone; a new sign-in clears it, and marks the device as known. */
  as: 'signedIn' | 'refreshed'
}

/** Turns an open session into the answer that carries its tokens. */
export type Grant = (open: OpenSession, answer: GrantAnswer) => Promise<Answer>

export interface GrantOptions {
  accessTokens: AccessTokens
  permissions: Permissions
  cookies: SessionCookies
  knownDevices: KnownDevices
  ports: Ports
}

export function createGrant(options: GrantOptions): Grant {
  const { accessTokens, permissions, cookies, knownDevices, ports } = options

  return async (open, { status = 200, delivery, as }) => {
    const { account, session, refreshToken } = open
    await permissions.catchUp(open.changes)
    const body: SignedIn = {
      user: toUser(account),
      accessToken: accessTokens.issue(accessGrantOf(open, permissions)),
      tokenType: 'Bearer',
      expiresIn: toSeconds(accessTokens.ttl),
      session: toSession(session),
    }
    if (delivery === 'body') return { status, body: { ...body, refreshToken } }
    const carried = cookies[as](refreshToken, session.generation, maxAge(open))
    if (as === 'signedIn') carried.push(knownDevices.remember(account.id))
    return { status, body, cookies: carried }
  }

  function maxAge({ session }: OpenSession): Milliseconds | null {
    return session.persistent ? ((session.expires_at - ports.now()) as Milliseconds) : null
  }
}

/** What an access token says of an open session. */
export function accessGrantOf(
  { account, session }: Pick<OpenSession, 'account' | 'session'>,
  permissions: Permissions,
): AccessGrant {
  return {
    sub: account.id,
    client_id: session.client_id ?? firstPartyClient,
    sid: sessionIdOf(session),
    auth_time: toSeconds(session.authenticated_at),
    amr: session.amr.split(' '),
    acr: `aal${session.aal}`,
    epoch: session.epoch,
    roles: account.roles,
    permissions: permissions.ofRoles(account.roles),
  }
}
