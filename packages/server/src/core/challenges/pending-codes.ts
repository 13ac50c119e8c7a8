import { isEqual, sha256 } from '../bytes.ts'
import type { Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import type { Challenge, NewChallenge } from './challenge.ts'
import type { Challenges } from './challenges.ts'
import type { ChallengePurpose } from './purpose.ts'

/** The secrets that are sent out, and the ticket that stays with the requester. */
export interface PendingCode {
  /** Token for the link. */
  token: string
  code: string | null
  /** Ticket for the requester: the name of the challenge and a secret, which neither link nor code reveals. */
  ticket: string
}

/**
 * Challenges that only the requester can answer (ASVS V6.6.2). The token of a link begins with the name of its
 * challenge. A ticket adds a secret, so that a person who finds the link cannot make the ticket.
 */
export interface PendingCodes {
  issue(tx: Queryable, challenge: NewChallenge): Promise<PendingCode>
  /** Finds the challenge of a ticket while it can be answered. Consumes nothing. */
  find(db: Queryable, purpose: ChallengePurpose, ticket: string): Promise<Challenge | null>
  /** True if one of the tickets belongs to the challenge. */
  isRequester(challenge: Challenge, tickets: readonly string[]): boolean
  /** As {@link Challenges.attemptCode}. */
  attemptCode(
    db: Queryable,
    purpose: ChallengePurpose,
    answer: { ticket: string; code: string },
  ): Promise<Challenge | null>
  /** Ends the challenge of a ticket, if it is one. */
  drop(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<void>
}

const secretBytes = 16
const form = /^([\w-]{22})\.([\w-]{22})$/

export function createPendingCodes(challenges: Challenges, ports: Ports): PendingCodes {
  return { issue, find, isRequester, attemptCode, drop }

  async function issue(tx: Queryable, challenge: NewChallenge): Promise<PendingCode> {
    const secret = Buffer.from(ports.randomBytes(secretBytes)).toString('base64url')
    const payload = { ...challenge.payload, requester: hashOf(secret) }
    const { token, ticket, code } = await challenges.issue(tx, { ...challenge, payload })
    return { token, code, ticket: `${ticket}.${secret}` }
  }

  async function find(db: Queryable, purpose: ChallengePurpose, ticket: string): Promise<Challenge | null> {
    const [, name] = form.exec(ticket) ?? []
    const challenge = name === undefined ? null : await challenges.findByTicket(db, purpose, name)
    return challenge && isRequester(challenge, [ticket]) ? challenge : null
  }

  function isRequester({ ticket: name, payload }: Challenge, tickets: readonly string[]): boolean {
    const hash = String(payload['requester'])
    return tickets.some((ticket) => {
      const [, presented, secret = ''] = form.exec(ticket) ?? []
      return presented === name && isEqual(hashOf(secret), hash)
    })
  }

  async function attemptCode(
    db: Queryable,
    purpose: ChallengePurpose,
    { ticket, code }: { ticket: string; code: string },
  ): Promise<Challenge | null> {
    const challenge = await find(db, purpose, ticket)
    return challenge && (await challenges.attemptCode(db, purpose, { ticket: challenge.ticket, code }))
  }

  async function drop(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<void> {
    const challenge = await find(tx, purpose, ticket)
    if (challenge) await challenges.consumeTicket(tx, purpose, challenge.ticket)
  }
}

const hashOf = (secret: string): string => sha256(secret).toString('base64url')
