import type { ChallengePurpose } from './purpose.ts'
import { createHash, createHmac, type KeyObject, randomInt } from 'node:crypto'
import { type Instant, type Milliseconds, minutes, type SessionId, type UserId } from '@latchkey/contract'
import { isEqual, sha256 } from '../bytes.ts'
import type { Queryable } from '../../db/database.ts'
import type { SecretRing } from '../secrets/keyring.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, parseUuid, uuidV7 } from '../ports/uuid.ts'
import {
  bindChallenge,
  type ChallengeRow,
  deleteChallenge,
  findChallenge,
  insertChallenge,
  listChallengesOfUser,
  outliveUser,
  replaceCode,
  replacePayload,
  replaceChallenges,
  takeTry,
  voidLaterChallenges,
} from './store.ts'

export interface NewChallenge {
  purpose: ChallengePurpose
  /** Whom it is about (an address, a user id); a newer challenge for the same subject ends the older ones. */
  subject: string
  userId: UserId | null
  /** The session that asks: what it has asked for ends with it. @default none */
  sessionId?: SessionId | null
  /** Sealed at rest. */
  payload: Record<string, unknown>
  ttl: Milliseconds
  /** A 6-digit code as a second way to answer, by whoever holds the ticket. */
  withCode?: boolean
}

export interface Challenge {
  purpose: ChallengePurpose
  /** What {@link Challenges.issue} gave to the browser that asked. */
  ticket: string
  userId: UserId | null
  payload: Record<string, unknown>
}

export interface IssuedChallenge {
  /** For the link: 128 bits or more, kept only as a hash. */
  token: string
  /** For the browser that asked: with it, a code can be answered. */
  ticket: string
  code: string | null
}

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

export type CodeAnswer = { code: string } & ({ ticket: string } | { subject: string })

const tries = 5
/** A code is short enough to be read out and to be guessed: it lives shorter than its link (ASVS V6.5.5). */
export const codeTtl: Milliseconds = minutes(10)
const tokenBytes = 24

export function createChallenges(ring: SecretRing, ports: Ports): Challenges {
  return {
    issue,
    consume,
    peek,
    attempt,
    amend,
    consumeCode,
    findByTicket,
    attemptCode,
    consumeTicket,
    recode,
    emptyTicket,
    bind,
    void: replace,
    voidLater,
    voidLaterThan: (tx, purpose, ticket, userId) =>
      voidLaterChallenges(tx, { purpose, userId, id: fromTicket(ticket) }),
    findPending,
    listOfUser,
    outlive: (tx, purpose, userId) => outliveUser(tx, purpose, userId),
  }

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
      payload: sealPayload(id, challenge.payload),
      created_at: ports.now(),
      expires_at: ports.now() + challenge.ttl,
    })
    return { token: Buffer.concat([id, secret]).toString('base64url'), ticket: toTicket(id), code }
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

  async function consume(tx: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const row = await findByToken(tx, purpose, token)
    // The delete decides: of many who bring the token, one gets the row.
    return row && (await deleteChallenge(tx, row.id)) ? toChallenge(row) : null
  }

  async function peek(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const row = await findByToken(db, purpose, token)
    return row && toChallenge(row)
  }

  async function attempt(db: Queryable, purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const row = await findByToken(db, purpose, token)
    // The try is taken before the caller looks at the proof, so that parallel guesses cost one try each.
    return row && (await takeTry(db, row.id)) ? toChallenge(row) : null
  }

  async function amend(
    tx: Queryable,
    purpose: ChallengePurpose,
    token: string,
    payload: Challenge['payload'],
  ): Promise<void> {
    const row = await findByToken(tx, purpose, token)
    if (row) await replacePayload(tx, row.id, sealPayload(row.id, payload))
  }

  async function findByToken(
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

  async function consumeCode(
    tx: Queryable,
    purpose: ChallengePurpose,
    answer: CodeAnswer,
  ): Promise<Challenge | null> {
    const row = await answerCode(tx, purpose, answer)
    return row && (await deleteChallenge(tx, row.id)) ? toChallenge(row) : null
  }

  async function attemptCode(
    db: Queryable,
    purpose: ChallengePurpose,
    answer: CodeAnswer,
  ): Promise<Challenge | null> {
    const row = await answerCode(db, purpose, answer)
    return row && toChallenge(row)
  }

  async function answerCode(
    db: Queryable,
    purpose: ChallengePurpose,
    answer: CodeAnswer,
  ): Promise<ChallengeRow | null> {
    const by =
      'ticket' in answer
        ? { id: fromTicket(answer.ticket) }
        : { purpose, subject: subjectHash(answer.subject) }
    const row = await findChallenge(db, by)
    if (!row?.code_hash || !isLive(row, purpose, ports.now())) return null
    if (row.created_at + codeTtl <= ports.now()) return null
    // Made under a secret that this process lacks: no guess was wrong, and none is counted.
    ring.requireKnown('challenges', row.payload[0])
    // The try is taken before the look, in one statement, so that parallel guesses cost one try each.
    if (!(await takeTry(db, row.id))) return null
    return fits(ring, row.code_hash, row.id, answer.code) ? row : null
  }

  async function findByTicket(
    db: Queryable,
    purpose: ChallengePurpose,
    ticket: string,
  ): Promise<Challenge | null> {
    const id = fromTicket(ticket)
    if (toTicket(id) !== ticket) return null
    const row = await findChallenge(db, { id })
    return row && isLive(row, purpose, ports.now()) ? toChallenge(row) : null
  }

  async function consumeTicket(tx: Queryable, purpose: ChallengePurpose, ticket: string): Promise<boolean> {
    const row = await findChallenge(tx, { id: fromTicket(ticket) })
    return row !== null && isLive(row, purpose, ports.now()) && (await deleteChallenge(tx, row.id))
  }

  async function recode(
    tx: Queryable,
    purpose: ChallengePurpose,
    token: string,
  ): Promise<{ code: string; until: Instant } | null> {
    const row = await findByToken(tx, purpose, token)
    if (!row) return null
    const code = drawCode()
    await replaceCode(tx, row.id, codeHash(newest(ring), row.id, code))
    return { code, until: Math.min(row.expires_at, row.created_at + codeTtl) }
  }

  async function findPending(
    db: Queryable,
    purpose: ChallengePurpose,
    subject: string,
  ): Promise<Challenge | null> {
    const row = await findChallenge(db, { purpose, subject: subjectHash(subject) })
    return row && isLive(row, purpose, ports.now()) ? toChallenge(row) : null
  }

  async function listOfUser(db: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<Challenge[]> {
    const rows = await listChallengesOfUser(db, purpose, userId)
    return rows.filter((row) => isLive(row, purpose, ports.now())).map(toChallenge)
  }

  async function bind(tx: Queryable, tokenOrTicket: string, userId: UserId | null): Promise<void> {
    await bindChallenge(tx, fromTicket(tokenOrTicket), userId)
  }

  function emptyTicket(): string {
    return toTicket(uuidV7(ports))
  }

  function sealPayload(id: Uint8Array, payload: Challenge['payload']): Uint8Array {
    return ring.seal('challenges', Buffer.from(JSON.stringify(payload)), formatUuid(id))
  }

  function toChallenge(row: ChallengeRow): Challenge {
    const payload = JSON.parse(
      ring.open('challenges', row.payload, formatUuid(row.id)).toString(),
    ) as Challenge['payload']
    return {
      purpose: row.purpose,
      ticket: toTicket(row.id),
      userId: row.user_id && (formatUuid(row.user_id) as UserId),
      payload,
    }
  }
}

const isLive = (row: ChallengeRow, purpose: ChallengePurpose, now: Instant): boolean =>
  row.purpose === purpose && row.expires_at > now

const toTicket = (id: Uint8Array): string => Buffer.from(id).toString('base64url')
const fromTicket = (ticket: string): Uint8Array => Buffer.from(ticket, 'base64url').subarray(0, 16)

export const drawCode = (): string => String(randomInt(1_000_000)).padStart(6, '0')

const subjectHash = (subject: string): Uint8Array => sha256(subject).subarray(0, 16)

/** Bound to its purpose, so that a row moved between purposes matches nothing. */
const secretHash = (purpose: ChallengePurpose, secret: Uint8Array): Uint8Array =>
  createHash('sha256').update(`${purpose}\0`).update(secret).digest()

const newest = (ring: SecretRing): KeyObject => ring.keys('codes')[0]!.key

/** A million codes are hashed in a second: only a key that is not in the database protects them there. */
const codeHash = (key: KeyObject, id: Uint8Array, code: string): Uint8Array =>
  createHmac('sha256', key).update(id).update(code).digest()

/** Under any secret of the ring: another process may make codes with the next one already. */
const fits = (ring: SecretRing, hash: Uint8Array, id: Uint8Array, code: string): boolean =>
  ring.keys('codes').some(({ key }) => isEqual(hash, codeHash(key, id, code)))
