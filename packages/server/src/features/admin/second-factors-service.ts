import { lockUser } from '../../identity/users/locks.ts'
import type { EnrolledFactor, UserId } from '@latchkey/contract'
import type { Demander, SecondFactorPolicy } from '../../sign-in/policy.ts'
import type { SecondFactors } from '../../sign-in/second-factors.ts'
import { saveDemand } from '../../sign-in/demand-store.ts'
import type { TrustedDevices } from '../../sessions/trusted-devices/trusted-devices.ts'
import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import { type Actor, readAuthority } from '../../accounts/authority/authority.ts'
import type { Account } from '../../identity/users/account.ts'
import type { Users } from '../../accounts/service.ts'

import type { Database, Queryable } from '../../db/database.ts'

export interface UserSecondFactors {
  /** Required of this user in particular. */
  required: boolean
  requiredBy: Demander[]
  factors: EnrolledFactor[]
  trustedDevices: number
}

/** Second factors of others. Every change is refused with `forbidden` where it reaches beyond the actor. */
export interface SecondFactorAdministration {
  /** Throws AuthError `user_not_found`, as does every verb below. */
  get(id: UserId): Promise<UserSecondFactors>
  /** Counts from the next sign-in. */
  require(actor: Actor, id: UserId, required: boolean): Promise<UserSecondFactors>
  /** Removes the second factors of a user who has lost them. Throws `forbidden` for one's own. */
  reset(actor: Actor, id: UserId, reason: string): Promise<void>
}

export interface SecondFactorAdministrationOptions {
  db: Database
  ports: Ports
  users: Users
  policy: SecondFactorPolicy
  secondFactors: SecondFactors
  trustedDevices: TrustedDevices
  revocations: RevocationLog
  outbox: Outbox
  audit: Audit
}

export function createSecondFactorAdministration(
  options: SecondFactorAdministrationOptions,
): SecondFactorAdministration {
  const { db, ports, users, policy, secondFactors, trustedDevices, revocations, outbox, audit } = options

  return { get, require: requireOf, reset }

  async function get(id: UserId): Promise<UserSecondFactors> {
    await users.get(id)
    const requiredBy = await policy.demandersOf(db, id)
    return {
      required: requiredBy.includes('user'),
      requiredBy,
      factors: await secondFactors.enrolled(db, id),
      trustedDevices: (await trustedDevices.list(id)).length,
    }
  }

  async function requireOf(actor: Actor, id: UserId, required: boolean): Promise<UserSecondFactors> {
    await db.transaction(async (tx) => {
      await lockManaged(tx, actor, id)
      await saveDemand(tx, id, required, ports.now())
    })
    const { ip, userAgent, claims } = actor
    audit.record({
      kind: 'factor.required',
      userId: id,
      actorId: claims.sub,
      ip,
      userAgent,
      detail: { required },
    })
    return await get(id)
  }

  async function reset(actor: Actor, id: UserId, reason: string): Promise<void> {
    const { ip, userAgent, claims } = actor
    // Otherwise a thief of an administrator's session, who lacks the factor, could remove it.
    if (claims.sub === id)
      throw new AuthError('forbidden', { detail: 'Remove your own second factors in your account.' })
    const entries = await db.transaction(async (tx) => {
      const account = await lockManaged(tx, actor, id)
      return await revocations.append(tx, await secondFactors.resetWithin(tx, account))
    })
    revocations.remember(entries)
    outbox.wake()
    audit.record({
      kind: 'factor.reset',
      userId: id,
      actorId: claims.sub,
      ip,
      userAgent,
      detail: { reason },
    })
  }

  /** The user, once it is certain that the actor may act on them; others who change them wait. */
  async function lockManaged(tx: Queryable, actor: Actor, id: UserId): Promise<Account> {
    const account = await lockUser(tx, id)
    if (!account) throw new AuthError('user_not_found')
    const authority = await readAuthority(tx, actor, 'users:write')
    authority.requireOver(account)
    return account
  }
}
