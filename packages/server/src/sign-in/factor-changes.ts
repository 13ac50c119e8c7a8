import type { SessionId, UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { Queryable } from '../db/database.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { CredentialNotice, Mails } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'
import type { SecondFactorPolicy } from './policy.ts'

/** What changes of factors end, whatever the method; each with the user locked, and returning what is revoked. */
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
  /** For a user who has lost them: everything that is asked for goes, and every session. Returns what is revoked. */
  resetWithin(tx: Queryable, account: Account): Promise<Revoked[]>
}

/** What has happened to a factor, and where. */
export interface FactorChange {
  /** The session that goes on; null for none. */
  sessionId: SessionId | null
  notice: CredentialNotice
  /** What its owner calls it. */
  name?: string
  ip: string | null
}

export interface FactorLoss extends FactorChange {
  /**
   * What it was to its owner: a real factor that was asked for; none, such as a second step by mail or a passkey that
   * only signs in; or a number that somebody else has now, which no policy holds back.
   */
  was: 'factor' | 'no factor' | 'taken away'
}

export interface FactorChangesOptions {
  ports: Ports
  events: AccountEvents
  mails: Mails
  policy: SecondFactorPolicy
  /** Whether the user has a real one. */
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
