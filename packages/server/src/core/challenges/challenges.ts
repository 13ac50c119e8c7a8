import type { Instant, UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import type { Keyring } from '../secrets/keyring.ts'
import * as byCode from './by-code.ts'
import * as byTicket from './by-ticket.ts'
import * as byToken from './by-token.ts'
import type { Challenge, CodeAnswer, IssuedChallenge, NewChallenge } from './challenge.ts'
import type { ChallengePurpose } from './purpose.ts'
import { type ChallengeServices, fromTicket } from './row.ts'
import { bindChallenge, outliveUser, voidLaterChallenges } from './store.ts'

export interface Challenges {
  issue(tx: Queryable, challenge: NewChallenge): Promise<IssuedChallenge>
  /** Ends the challenge and returns what it stood for; null if wrong, used, replaced or expired. At most once. */
  consume(tx: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null>
  /** Reads without consuming: for pages that show a button. */
  peek(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null>
  /** Reads at the cost of one of five tries: for proofs that can be guessed. Null as {@link consume}, and without a try left. */
  attempt(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null>
  /** Puts another payload in place of the one that was read; the tries that were spent stay spent. */
  amend(tx: Queryable, purpose: ChallengePurpose, token: string, payload: Challenge['payload']): Promise<void>
  /** Answers with a code. Costs one of five tries, whatever the answer; commit it also when null comes back. */
  consumeCode(tx: Queryable, purpose: ChallengePurpose, answer: CodeAnswer): Promise<Challenge | null>
  /** Reads by the ticket, without consuming. */
  findByTicket(db: Queryable, purpose: ChallengePurpose, ticket: string): Promise<Challenge | null>
  /** As {@link Challenges.consumeCode}, and leaves a challenge that was answered rightly to {@link consumeTicket}. */
  attemptCode(db: Queryable, purpose: ChallengePurpose, answer: CodeAnswer): Promise<Challenge | null>
  /** Ends the challenge; false when somebody was faster. */
  consumeTicket(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<boolean>
  /** Puts a new code in the place of the one there was, if any; the tries that were spent stay spent. Null as {@link peek}. */
  recode(
    tx: Queryable,
    purpose: ChallengePurpose,
    token: string,
  ): Promise<{ code: string; until: Instant } | null>
  /** A ticket that looks like any other and opens nothing: for answers that must not tell. */
  emptyTicket(): string
  /**
   * Says whose the challenge of a token or ticket is, where that was not to be looked up when it was issued; null for
   * nobody's, which no event of an account ends.
   */
  bind(tx: Queryable, tokenOrTicket: string, userId: UserId | null): Promise<void>
  /** The challenge of this subject, if it could still be answered. */
  findPending(db: Queryable, purpose: ChallengePurpose, subject: string): Promise<Challenge | null>
  /** Those of this user that could still be answered, oldest first. */
  listOfUser(db: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<Challenge[]>
  /** Keeps those of this user beyond the user's deletion. */
  outlive(tx: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<void>
  /** Makes everything that waits for this subject void. */
  void(tx: Queryable, purpose: ChallengePurpose, subject: string): Promise<void>
  /** Makes void what this user was sent, for the same purpose, after the token. */
  voidLater(tx: Queryable, purpose: ChallengePurpose, token: string, userId: UserId): Promise<void>
  /** The same after the challenge of a ticket. */
  voidLaterThan(tx: Queryable, purpose: ChallengePurpose, ticket: string, userId: UserId): Promise<void>
}

export function createChallenges(ring: Keyring, ports: Ports): Challenges {
  const services: ChallengeServices = { ring, ports }
  return {
    issue: (tx, challenge) => byToken.issue(services, tx, challenge),
    consume: (tx, purpose, token) => byToken.consume(services, tx, purpose, token),
    peek: (db, purpose, token) => byToken.peek(services, db, purpose, token),
    attempt: (db, purpose, token) => byToken.attempt(services, db, purpose, token),
    amend: (tx, purpose, token, payload) => byToken.amend(services, tx, purpose, token, payload),
    void: byToken.replace,
    voidLater: byToken.voidLater,
    consumeCode: (tx, purpose, answer) => byCode.consumeCode(services, tx, purpose, answer),
    attemptCode: (db, purpose, answer) => byCode.attemptCode(services, db, purpose, answer),
    recode: (tx, purpose, token) => byCode.recode(services, tx, purpose, token),
    findByTicket: (db, purpose, ticket) => byTicket.findByTicket(services, db, purpose, ticket),
    consumeTicket: (tx, purpose, ticket) => byTicket.consumeTicket(services, tx, purpose, ticket),
    emptyTicket: () => byTicket.emptyTicket(services),
    findPending: (db, purpose, subject) => byTicket.findPending(services, db, purpose, subject),
    listOfUser: (db, purpose, userId) => byTicket.listOfUser(services, db, purpose, userId),
    voidLaterThan: (tx, purpose, ticket, userId) =>
      voidLaterChallenges(tx, { purpose, userId, id: fromTicket(ticket) }),
    bind: async (tx, tokenOrTicket, userId) =>
      void (await bindChallenge(tx, fromTicket(tokenOrTicket), userId)),
    outlive: outliveUser,
  }
}
