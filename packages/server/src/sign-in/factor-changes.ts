import type { SessionId, UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { Queryable } from '../db/database.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { CredentialNotice, Mails } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'
import type { SecondFactorPolicy } from './policy.ts'

/**
 * Ends what depends on a user's factors when these change, whatever the method. Each runs with the user locked, and
 * returns what is revoked.
 */
export interface FactorChanges {
  /**
   * After one was kept, in the same transaction, with the user locked: ends what that ends. `isFirst`: there was none
   * before.
   */
  added(tx: Queryable, account: Account, change: FactorChange & { isFirst: boolean }): Promise<Revoked[]>
  /**
   * After one was removed, replaced or turned off, likewise. Throws `second_factor_required` where it was the last of a
   * user who must have one.
   */
  removed(tx: Queryable, account: Account, change: FactorLoss): Promise<Revoked[]>
  codesMade(tx: Queryable, account: Account, change: FactorChange): Promise<Revoked[]>
  /**
   * Resets a user who has lost the factors: removes every required one, and ends every session. Returns what is
   * revoked.
   */
  resetWithin(tx: Queryable, account: Account): Promise<Revoked[]>
}

/** A change of a factor, and where it happened. */
export interface FactorChange {
  /** The session that goes on; null for none. */
  sessionId: SessionId | null
  notice: CredentialNotice
  /** The name that its owner gave it. */
  name?: string
  ip: string | null
}

export interface FactorLoss extends FactorChange {
  /**
   * The factor's role for its owner: a real factor that was asked for; none, such as a second step by mail or a passkey
   * that only signs in; or a number that another account has now, which no policy keeps.
   */
  was: 'factor' | 'no factor' | 'taken away'
}

export interface FactorChangesOptions {
  ports: Ports
  events: AccountEvents
  mails: Mails
  policy: SecondFactorPolicy
  /** True if the user has a real one. */
  hasAny: (db: Queryable, userId: UserId) => Promise<boolean>
}

export function createFactorChanges({
  ports,
  events,
  mails,
  policy,
  hasAny,
}: FactorChangesOptions): FactorChanges {
  return { added, removed, codesMade, resetWithin }

  async function added(
    tx: Queryable,
    account: Account,
    { isFirst, ...change }: FactorChange & { isFirst: boolean },
  ): Promise<Revoked[]> {
    const event = isFirst ? 'first_factor_added' : 'factor_added'
    return await events.apply(tx, account, event, aboutOf(account, change))
  }

  async function removed(
    tx: Queryable,
    account: Account,
    { was, ...change }: FactorLoss,
  ): Promise<Revoked[]> {
    const isLast = was !== 'no factor' && !(await hasAny(tx, account.id))
    if (isLast && was === 'factor' && (await policy.isRequired(tx, account.id)))
      throw new AuthError('second_factor_required')
    const [event, last] =
      was === 'taken away'
        ? (['number_taken', 'last_number_taken'] as const)
        : (['factor_removed', 'last_factor_removed'] as const)
    return await events.apply(tx, account, isLast ? last : event, aboutOf(account, change))
  }

  async function codesMade(tx: Queryable, account: Account, change: FactorChange): Promise<Revoked[]> {
    return await events.apply(tx, account, 'recovery_codes_made', aboutOf(account, change))
  }

  async function resetWithin(tx: Queryable, account: Account): Promise<Revoked[]> {
    const change = { sessionId: null, notice: 'factors_reset', ip: null } as const
    return await events.apply(tx, account, 'factors_reset', aboutOf(account, change))
  }

  function aboutOf(account: Account, { sessionId, ...told }: FactorChange) {
    return { sessionId, mails: { address: mails.credentialChanged({ account, at: ports.now(), ...told }) } }
  }
}
