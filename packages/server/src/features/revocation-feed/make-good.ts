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

/** The witness knows of more than the database has: nobody remembers what that was. */
export function tellLoss(
  { revocations, audit, log }: LossServices,
  detail: { before: number; now: number },
): void {
  revocations.countLoss()
  audit.record({ kind: 'revocations.lost', detail })
  log.error(
    'the database lacks revocations that it had: run latchkey sessions revoke-before, unless that was done after a restore',
    detail,
  )
}

/**
 * After the database has forgotten what it had acknowledged: the revocations are in its log again by now; here the
 * sessions end anew, and those who can judge what else was lost are told.
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
  log.error('the database has lost what it had acknowledged; see the runbook on failover', detail)
}
