import { hours, type RouteContract, type UserId } from '@latchkey/contract'
import type { Limit, Limits } from '../../core/limits/limits.ts'
import type { Queryable } from '../../db/database.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { Step } from '../exchange.ts'

/**
 * Limit for requests of one kind that change how a person signs in or what they have issued: a flood of one stops no
 * other.
 */
export const changesPerAccount: Limit = { name: 'changes-per-account', most: 100, window: hours(1) }
/** Limit for all kinds together while the address is unverified: it may belong to somebody who never came here. */
export const changesUnverified: Limit = { name: 'changes-unverified', most: 60, window: hours(24) }

export interface PaceOptions {
  db: Queryable
  limits: Pick<Limits, 'take'>
}

/**
 * Limits changes that are each reported by mail, so that nothing happens behind an owner's back. Otherwise, making and
 * revoking keys in a loop would flood the mailbox of any address that a caller registered.
 */
export function createPaceStep({ db, limits }: PaceOptions): Step {
  return async ({ caller, contract }) => {
    if (!isPaced(contract) || !caller || !('claims' in caller)) return
    const { sub } = caller.claims
    await limits.take(changesPerAccount, subjectOf(contract, sub))
    const account = await findAccount(db, sub)
    if (account?.emailVerifiedAt === null) await limits.take(changesUnverified, sub)
  }
}

/** Returns the subject that {@link changesPerAccount} counts by. */
export const subjectOf = ({ id }: Pick<RouteContract, 'id'>, userId: UserId): string => `${id} ${userId}`

export const isPaced = ({ method, asks }: RouteContract): boolean =>
  method !== 'GET' && asks !== undefined && (asks.fresh || asks.strong)
