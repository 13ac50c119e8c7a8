import { days, type Instant, type Milliseconds, type UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import type { Ports } from '../core/ports/ports.ts'
import { formatUuid, uuidV7 } from '../core/ports/uuid.ts'
import type { Queryable } from '../db/database.ts'
import type { Account } from '../identity/users/account.ts'

/** The payload of a link that gives an account back to an earlier address. */
export interface UndoneChange {
  /** The address that gets it back. */
  to: string
  /** Time of the request for the change: a thief may have made any later addition. */
  since: Instant
  /** Enough of the account to make it anew, should it have been deleted meanwhile. */
  account: Pick<Account, 'id' | 'name' | 'locale'>
}

/** Undo of a change of address: its former owner gets a link. Until that expires, no other account gets the address. */
export interface AddressUndo {
  /** Issues a link for the present address of the account. `reserves`: the address is about to be given up. */
  offer(
    tx: Queryable,
    account: Account,
    about: { since: Instant; reserves: boolean },
  ): Promise<{ token: string; validFor: Milliseconds }>
  consume(tx: Queryable, token: string): Promise<(UndoneChange & { userId: UserId | null }) | null>
  /** Ends the links of this user that were made after the one of the token. */
  voidLater(tx: Queryable, token: string, userId: UserId): Promise<void>
  /** Ends the links of this user that were made after the address was given up. */
  voidAfter(tx: Queryable, userId: UserId, email: string): Promise<void>
  /** True if another former owner may still take the address back: until then it is reserved. */
  isReserved(db: Queryable, email: string, besides?: UserId): Promise<boolean>
  /**
   * Runs after an address was written, in the same transaction. Throws `email_taken` if it is reserved for a user other
   * than `owner`. An earlier check would miss a concurrent change that gives the address up: the write waits for it.
   */
  requireFree(tx: Queryable, email: string, owner: UserId): Promise<void>
  /** The addresses that the account can still be taken back to. */
  reservedBy(db: Queryable, userId: UserId): Promise<string[]>
  /** The links stay, and the addresses reserved, after the account is gone. */
  outlive(tx: Queryable, userId: UserId): Promise<void>
}

const purpose = 'undo-email-change'
/** Long enough for a person who reads the old mailbox once a week. */
const undoTtl = days(7)

export function createAddressUndo(challenges: Challenges, ports: Ports): AddressUndo {
  return {
    offer,
    consume,
    voidLater: (tx, token, userId) => challenges.voidLater(tx, purpose, token, userId),
    voidAfter,
    isReserved,
    requireFree,
    reservedBy,
    outlive: (tx, userId) => challenges.outlive(tx, purpose, userId),
  }

  async function offer(
    tx: Queryable,
    { id, email, name, locale }: Account,
    { since, reserves }: { since: Instant; reserves: boolean },
  ): Promise<{ token: string; validFor: Milliseconds }> {
    const undone: UndoneChange = { to: email, since, account: { id, name, locale } }
    const { token } = await challenges.issue(tx, {
      purpose,
      subject: reserves ? normalizeEmail(email) : formatUuid(uuidV7(ports)),
      userId: id,
      payload: { ...undone, reserves },
      ttl: undoTtl,
    })
    return { token, validFor: undoTtl }
  }

  async function consume(
    tx: Queryable,
    token: string,
  ): Promise<(UndoneChange & { userId: UserId | null }) | null> {
    const challenge = await challenges.consume(tx, purpose, token)
    return challenge && { ...undoneOf(challenge), userId: challenge.userId }
  }

  async function voidAfter(tx: Queryable, userId: UserId, email: string): Promise<void> {
    const pending = await challenges.findPending(tx, purpose, normalizeEmail(email))
    if (pending?.userId === userId) await challenges.voidLaterThan(tx, purpose, pending.ticket, userId)
  }

  async function isReserved(db: Queryable, email: string, besides?: UserId): Promise<boolean> {
    const pending = await challenges.findPending(db, purpose, normalizeEmail(email))
    return pending !== null && undoneOf(pending).account.id !== besides
  }

  async function requireFree(tx: Queryable, email: string, owner: UserId): Promise<void> {
    if (await isReserved(tx, email, owner)) throw new AuthError('email_taken')
  }

  async function reservedBy(db: Queryable, userId: UserId): Promise<string[]> {
    const pending = await challenges.listOfUser(db, purpose, userId)
    return [...new Set(pending.map((each) => undoneOf(each).to))]
  }
}

const undoneOf = ({ payload }: Challenge): UndoneChange => payload as unknown as UndoneChange
