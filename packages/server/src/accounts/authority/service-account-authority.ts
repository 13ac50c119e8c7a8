import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { AuthError } from '../../core/auth-error.ts'
import { actorOf, type Given, readAuthority } from './authority.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Principal } from '../../sessions/route.ts'
import { hasSession } from '../../sessions/tokens/access-token.ts'
import { findServiceAccount } from '../../identity/service-accounts/store.ts'

/** The author and origin of a change to a machine's credential. */
export interface CredentialActor {
  /** Null if it is the owner. */
  actorId: UserId | null
  ip: string | null
  userAgent: string | null
  /** Called first inside the transaction: an error undoes everything. */
  guard?: (tx: Queryable) => Promise<unknown>
  /** Called before a credential with these rights is made, and before its secret is issued anew. */
  mayGive?: (tx: Queryable, given: Given) => Promise<void>
  /** The key whose token asks: it can make nothing that outlives it or has more rights. */
  byKey?: string | undefined
  /** Recorded in the audit event. */
  via?: 'command line'
}

/** An administrator, who cannot touch the credentials of a service account with more permissions than their own. */
export function actorOverServiceAccount(
  id: string,
  call: { caller: Principal; request: RequestContext },
): CredentialActor {
  return {
    actorId: call.caller.claims.sub,
    ...originOf(call.request),
    byKey: keyOf(call.caller),
    async guard(tx) {
      const authority = await readAuthority(tx, actorOf(call), 'service-accounts:write')
      const account = await findServiceAccount(tx, id)
      if (!account) throw new AuthError('service_account_not_found')
      authority.requireOver(account)
    },
    async mayGive(tx, given) {
      const authority = await readAuthority(tx, actorOf(call), 'service-accounts:write')
      authority.requireToGive(given)
    },
  }
}

/** Undefined for people; machines name their key as the client of their tokens. */
export const keyOf = ({ claims }: Principal): string | undefined =>
  hasSession(claims) ? undefined : claims.client_id
