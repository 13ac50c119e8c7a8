import type { Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { findByToken } from './by-token.ts'
import type { Challenge, CodeAnswer } from './challenge.ts'
import { codeHash, codeTtl, drawCode, fits, newest } from './code.ts'
import type { ChallengePurpose } from './purpose.ts'
import { type ChallengeServices, fromTicket, isLive, subjectHash, toChallenge } from './row.ts'
import { type ChallengeRow, deleteChallenge, findChallenge, replaceCode, takeTry } from './store.ts'

/** Challenges answered by a code of six digits. */
export interface ByCode {
  /** Answers with a code. Costs one of five tries, whatever the answer; commit it also when null comes back. */
  consumeCode(tx: Queryable, purpose: ChallengePurpose, answer: CodeAnswer): Promise<Challenge | null>
  /** As {@link consumeCode}, and leaves a challenge that was answered rightly to {@link ByTicket.consumeTicket}. */
  attemptCode(db: Queryable, purpose: ChallengePurpose, answer: CodeAnswer): Promise<Challenge | null>
  /** Puts a new code in the place of the one there was, if any; the tries that were spent stay spent. Null as `peek`. */
  recode(
    tx: Queryable,
    purpose: ChallengePurpose,
    token: string,
  ): Promise<{ code: string; until: Instant } | null>
}

export function createByCode(services: ChallengeServices): ByCode {
  const { ring, ports } = services
  return { consumeCode, attemptCode, recode }

  async function consumeCode(
    tx: Queryable,
    purpose: ChallengePurpose,
    answer: CodeAnswer,
  ): Promise<Challenge | null> {
    const row = await answerCode(tx, purpose, answer)
    return row && (await deleteChallenge(tx, row.id)) ? toChallenge(services, row) : null
  }

  async function attemptCode(
    db: Queryable,
    purpose: ChallengePurpose,
    answer: CodeAnswer,
  ): Promise<Challenge | null> {
    const row = await answerCode(db, purpose, answer)
    return row && toChallenge(services, row)
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
    // Made under a secret that this process lacks: the guess was not wrong, so it is not counted.
    ring.requireKnown('challenges', row.payload[0])
    // The try is taken before the look, in one statement, so that parallel guesses cost one try each.
    if (!(await takeTry(db, row.id))) return null
    return fits(ring, row.code_hash, row.id, answer.code) ? row : null
  }

  async function recode(
    tx: Queryable,
    purpose: ChallengePurpose,
    token: string,
  ): Promise<{ code: string; until: Instant } | null> {
    const row = await findByToken(ports, tx, purpose, token)
    if (!row) return null
    const code = drawCode()
    await replaceCode(tx, row.id, codeHash(newest(ring), row.id, code))
    return { code, until: Math.min(row.expires_at, row.created_at + codeTtl) }
  }
}
