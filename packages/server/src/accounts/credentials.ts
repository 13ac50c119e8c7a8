import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import { voidChallengesOfUser } from '../core/challenges/store.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'
import { saveVerified } from '../identity/users/store.ts'
import type { Lifecycle } from './lifecycle.ts'

/** Rules for the credentials of all methods together. */
export interface Credentials {
  /** Runs after one was removed, in the same transaction: throws `last_credential` if none is left that signs in. */
  requireOne(tx: Queryable, userId: UserId): Promise<void>
  /**
   * Notes that the address of a locked account was verified. The first time, everything that a stranger may have
   * prepared is removed, and the owner is told. This spares the maker: the browser that made the account, or a session
   * of it.
   */
  addressProven(
    tx: Queryable,
    account: Account,
    by: { isMaker: boolean; ip: string | null },
  ): Promise<Arrival>
}

export interface Arrival {
  /** The account as it is now, with a verified address. */
  account: Account
  /** To be appended to the revocation log. */
  revoked: Revoked[]
  /** True if everything prepared was removed, including the password. */
  isCleared: boolean
}

export interface CredentialsOptions {
  ports: Ports
  events: AccountEvents
  mails: Mails
  /** Lifecycles of every method. */
  lifecycles: readonly Lifecycle[]
}

export function createCredentials({ ports, events, mails, lifecycles }: CredentialsOptions): Credentials {
  return { requireOne, addressProven }

  async function requireOne(tx: Queryable, userId: UserId): Promise<void> {
    for (const { countUsable } of lifecycles) {
      if ((await countUsable(tx, userId)) > 0) return
    }
    throw new AuthError('last_credential')
  }

  async function addressProven(
    tx: Queryable,
    account: Account,
    { isMaker, ip }: { isMaker: boolean; ip: string | null },
  ): Promise<Arrival> {
    if (account.emailVerifiedAt !== null) return { account, revoked: [], isCleared: false }
    const at = ports.now()
    const saved = await saveVerified(tx, account.id, { verifiedAt: at, now: at })
    await voidChallengesOfUser(tx, 'verify-email', account.id)
    if (isMaker)
      return {
        account: saved,
        revoked: await events.apply(tx, saved, 'address_proven', {}),
        isCleared: false,
      }
    const address = mails.credentialChanged({ account: saved, at, ip, notice: 'owner_arrived' })
    const revoked = await events.apply(tx, saved, 'owner_arrived', { mails: { address } })
    return { account: saved, revoked, isCleared: true }
  }
}
