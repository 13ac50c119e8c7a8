import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { uuidV7 } from '../ports/uuid.ts'
import type { Challenge } from './challenge.ts'
import type { ChallengePurpose } from './purpose.ts'
import { type ChallengeServices, fromTicket, isLive, subjectHash, toChallenge, toTicket } from './row.ts'
import {
  bindChallenge,
  type ChallengeRow,
  deleteChallenge,
  findChallenge,
  listChallengesOfUser,
  voidLaterChallenges,
} from './store.ts'

/** What is found by the ticket of whoever asked, by its subject, or by its user. */
export interface ByTicket {
  /** Reads by the ticket, without consuming. */
  findByTicket(db: Queryable, purpose: ChallengePurpose, ticket: string): Promise<Challenge | null>
  /** Ends the challenge; false when somebody was faster. */
  consumeTicket(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<boolean>
  /** A ticket that looks like any other and opens nothing: for answers that must not tell. */
  emptyTicket(): string
  /** The challenge of this subject, if it could still be answered. */
  findPending(db: Queryable, purpose: ChallengePurpose, subject: string): Promise<Challenge | null>
  /** Those of this user that could still be answered, oldest first. */
  listOfUser(db: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<Challenge[]>
  /** Makes void what this user was sent, for the same purpose, after the challenge of a ticket. */
  voidLaterThan(tx: Queryable, purpose: ChallengePurpose, ticket: string, userId: UserId): Promise<void>
  /**
   * Says whose the challenge of a token or ticket is, where that was not to be looked up when it was issued; null for
   * nobody's, which no event of an account ends.
   */
  bind(tx: Queryable, tokenOrTicket: string, userId: UserId | null): Promise<void>
}

export function createByTicket(services: ChallengeServices): ByTicket {
  const { ports } = services
  return {
    findByTicket,
    consumeTicket,
    emptyTicket: () => toTicket(uuidV7(ports)),
    findPending,
    listOfUser,
    voidLaterThan: (tx, purpose, ticket, userId) =>
      voidLaterChallenges(tx, { purpose, userId, id: fromTicket(ticket) }),
    bind: async (tx, tokenOrTicket, userId) =>
      void (await bindChallenge(tx, fromTicket(tokenOrTicket), userId)),
  }

  async function findByTicket(
    db: Queryable,
    purpose: ChallengePurpose,
    ticket: string,
  ): Promise<Challenge | null> {
    const id = fromTicket(ticket)
    return toTicket(id) === ticket ? liveOf(await findChallenge(db, { id }), purpose) : null
  }

  async function consumeTicket(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<boolean> {
    const row = await findChallenge(tx, { id: fromTicket(ticket) })
    return row !== null && isLive(row, purpose, ports.now()) && (await deleteChallenge(tx, row.id))
  }

  async function findPending(
    db: Queryable,
    purpose: ChallengePurpose,
    subject: string,
  ): Promise<Challenge | null> {
    return liveOf(await findChallenge(db, { purpose, subject: subjectHash(subject) }), purpose)
  }

  async function listOfUser(db: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<Challenge[]> {
    const rows = await listChallengesOfUser(db, purpose, userId)
    return rows.flatMap((row) => liveOf(row, purpose) ?? [])
  }

  function liveOf(row: ChallengeRow | null, purpose: ChallengePurpose): Challenge | null {
    return row && isLive(row, purpose, ports.now()) ? toChallenge(services, row) : null
  }
}
