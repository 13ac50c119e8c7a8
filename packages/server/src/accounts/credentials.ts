import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import { voidChallengesOfUser } from '../core/challenges/store.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { Sessions } from '../sessions/service.ts'
import type { Account } from '../identity/users/account.ts'
import { saveAccount } from '../identity/users/store.ts'

/** What holds for the credentials of all methods together. */
export interface Credentials {
  /** After one was removed, in the same transaction: throws `last_credential` where none is left that signs in. */
  requireOne(tx: Queryable, userId: UserId): Promise<void>
  /**
   * Somebody has proven the address of an account, who is locked. Where that is the first proof, everything that signs in
   * goes: a stranger may have prepared it for the owner to arrive. Not in a browser that has signed in to the account
   * before (`isKnown`): that is whoever made it.
   */
  ownerArrives(tx: Queryable, account: Account, isKnown: boolean): Promise<Arrival>
}

export interface Arrival {
  /** As it is now: its address is proven. */
  account: Account
  /** To be appended to the revocation log. */
  revoked: Revoked[]
}

export interface CredentialsOptions {
  ports: Ports
  sessions: Sessions
  /** Of every method; looked at anew each time, for methods are wired after this. */
  lifecycles: Iterable<Lifecycle>
}

export function createCredentials({ ports, sessions, lifecycles }: CredentialsOptions): Credentials {
  return { requireOne, ownerArrives }

  async function requireOne(tx: Queryable, userId: UserId): Promise<void> {
    for (const { countUsable } of lifecycles) {
      if ((await countUsable(tx, userId)) > 0) return
    }
    throw new AuthError('last_credential')
  }

  async function ownerArrives(tx: Queryable, account: Account, isKnown: boolean): Promise<Arrival> {
    if (account.emailVerifiedAt !== null) return { account, revoked: [] }
    const now = ports.now()
    const verified = { ...account, emailVerifiedAt: now }
    const saved = await saveAccount(tx, verified, normalizeEmail(account.email), now)
    await voidChallengesOfUser(tx, 'verify-email', account.id)
    if (isKnown) return { account: saved, revoked: [] }
    for (const { onCredentialsChanged } of lifecycles)
      await onCredentialsChanged(tx, account.id, 'owner_arrived')
    return { account: saved, revoked: await sessions.endAllWithin(tx, account.id, 'owner_arrived') }
  }
}
