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

/** Challenges found by the requester's ticket, by subject or by user. */
export interface ByTicket {
  /** Reads by the ticket, without consuming. */
  findByTicket(db: Queryable, purpose: ChallengePurpose, ticket: string): Promise<Challenge | null>
  /** Ends the challenge; false if another request was faster. */
  consumeTicket(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<boolean>
  /** A ticket that looks like any other and opens nothing: for answers that must not tell. */
  emptyTicket(): string
  /** The challenge of this subject, if it could still be answered. */
  findPending(db: Queryable, purpose: ChallengePurpose, subject: string): Promise<Challenge | null>
  /** Lists the user's challenges that can still be answered, oldest first. */
  listOfUser(db: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<Challenge[]>
  /** Voids the user's challenges for the same purpose that were issued after the challenge of a ticket. */
  voidLaterThan(tx: Queryable, purpose: ChallengePurpose, ticket: string, userId: UserId): Promise<void>
  /**
   * Binds the challenge of a token or ticket to its user, if the user was not to be looked up when it was issued. Null
   * binds it to nobody, so that no event of an account ends it.
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
