import type { Audit } from '../../core/audit/audit.ts'
import type { Log } from '../../core/log/log.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { Loss } from '../../core/revocations/reader.ts'
import type { Sessions } from '../../sessions/service.ts'

export interface LossServices {
  sessions: Sessions
  revocations: Pick<RevocationLog, 'countLoss'>
  audit: Audit
  log: Log
}

/**
 * Reports a loss: the witness knows of more entries than the database, and their content is lost. The event is stored
 * on return, so that the witness may be written anew.
 */
export async function tellLoss(
  { revocations, audit, log }: LossServices,
  detail: { before: number; now: number },
): Promise<void> {
  revocations.countLoss()
  audit.record({ kind: 'revocations.lost', detail })
  await audit.flush()
  log.error(
    'the database lacks revocations that it had: run latchkey sessions revoke-before, unless that was done after a restore',
    detail,
  )
}

/**
 * Runs after the database lost acknowledged writes. The revocations are in its log again by now. Ends the sessions
 * anew, and reports the loss to operators, who can judge what else was lost.
 */
export async function makeGood({ sessions, audit, log }: LossServices, loss: Loss): Promise<void> {
  const endedAgain = await sessions.endRemembered()
  const detail = {
    readUpTo: loss.cursor,
    foundUpTo: loss.head,
    revocationsRestored: loss.entries.length,
    sessionsEndedAgain: endedAgain,
  }
  audit.record({ kind: 'revocations.lost', detail })
  await audit.flush()
  log.error('the database has lost what it had acknowledged; see the runbook on failover', detail)
}
