import { createHash } from 'node:crypto'
import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { isEqual } from '../bytes.ts'
import type { Ports } from '../ports/ports.ts'
import { parseUuid, uuidV7 } from '../ports/uuid.ts'
import { codeHash, drawCode, newest } from './code.ts'
import type { ChallengePurpose } from './purpose.ts'
import type { Challenge, IssuedChallenge, NewChallenge } from './challenge.ts'
import { type ChallengeServices, isLive, sealPayload, subjectHash, toChallenge, toTicket } from './row.ts'
import {
  type ChallengeRow,
  deleteChallenge,
  findChallenge,
  insertChallenge,
  replaceChallenges,
  replacePayload,
  takeTry,
  voidLaterChallenges,
} from './store.ts'

const tries = 5
const tokenBytes = 24

/** Challenges answered by the token of a link. */
export interface ByToken {
  issue(tx: Queryable, challenge: NewChallenge): Promise<IssuedChallenge>
  /** Ends the challenge and returns it; null if wrong, used, replaced or expired. Succeeds at most once. */
  consume(tx: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null>
  /** Reads without consuming: for pages that show a button. */
  peek(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null>
  /** Reads at the cost of one of five tries: for proofs that can be guessed. Null as {@link consume}, and without a try left. */
  attempt(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null>
  /** Puts another payload in place of the one that was read; the tries that were spent stay spent. */
  amend(tx: Queryable, purpose: ChallengePurpose, token: string, payload: Challenge['payload']): Promise<void>
  /** Makes everything that waits for this subject void. */
  void(tx: Queryable, purpose: ChallengePurpose, subject: string): Promise<void>
  /** Voids the user's challenges for the same purpose that were issued after the token. */
  voidLater(tx: Queryable, purpose: ChallengePurpose, token: string, userId: UserId): Promise<void>
}

export function createByToken(services: ChallengeServices): ByToken {
  const { ring, ports } = services
  return { issue, consume, peek, attempt, amend, void: replace, voidLater }

  async function issue(tx: Queryable, challenge: NewChallenge): Promise<IssuedChallenge> {
    const id = uuidV7(ports)
    const secret = ports.randomBytes(tokenBytes)
    const code = challenge.withCode ? drawCode() : null
    await replace(tx, challenge.purpose, challenge.subject)
    await insertChallenge(tx, {
      id,
      purpose: challenge.purpose,
      subject: subjectHash(challenge.subject),
      user_id: challenge.userId && parseUuid(challenge.userId),
      session_id: challenge.sessionId ? parseUuid(challenge.sessionId) : null,
      secret_hash: secretHash(challenge.purpose, secret),
      code_hash: code === null ? null : codeHash(newest(ring), id, code),
      tries_left: tries,
      payload: sealPayload(services, id, challenge.payload),
      created_at: ports.now(),
      expires_at: ports.now() + challenge.ttl,
    })
    return { token: Buffer.concat([id, secret]).toString('base64url'), ticket: toTicket(id), code }
  }

  async function consume(tx: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const row = await findByToken(ports, tx, purpose, token)
    // The delete decides: if several requests bring the token, one gets the row.
    return row && (await deleteChallenge(tx, row.id)) ? toChallenge(services, row) : null
  }

  async function peek(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const row = await findByToken(ports, db, purpose, token)
    return row && toChallenge(services, row)
  }

  async function attempt(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const row = await findByToken(ports, db, purpose, token)
    // The try is taken before the caller looks at the proof, so that parallel guesses cost one try each.
    return row && (await takeTry(db, row.id)) ? toChallenge(services, row) : null
  }

  async function amend(
    tx: Queryable,
    purpose: ChallengePurpose,
    token: string,
    payload: Challenge['payload'],
  ): Promise<void> {
    const row = await findByToken(ports, tx, purpose, token)
    if (row) await replacePayload(tx, row.id, sealPayload(services, row.id, payload))
  }
}

async function replace(tx: Queryable, purpose: ChallengePurpose, subject: string): Promise<void> {
  await replaceChallenges(tx, purpose, subjectHash(subject))
}

async function voidLater(
  tx: Queryable,
  purpose: ChallengePurpose,
  token: string,
  userId: UserId,
): Promise<void> {
  await voidLaterChallenges(tx, { purpose, userId, id: Buffer.from(token, 'base64url').subarray(0, 16) })
}

export async function findByToken(
  ports: Ports,
  db: Queryable,
  purpose: ChallengePurpose,
  token: string,
): Promise<ChallengeRow | null> {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 16 + tokenBytes || bytes.toString('base64url') !== token) return null
  const row = await findChallenge(db, { id: bytes.subarray(0, 16) })
  if (!row || !isLive(row, purpose, ports.now())) return null
  return isEqual(row.secret_hash, secretHash(purpose, bytes.subarray(16))) ? row : null
}

/** Bound to its purpose, so that a row moved between purposes matches nothing. */
const secretHash = (purpose: ChallengePurpose, secret: Uint8Array): Uint8Array =>
  createHash('sha256').update(`${purpose}\0`).update(secret).digest()
