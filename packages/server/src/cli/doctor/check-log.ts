import type { Config } from '../../config/config.ts'
import { createWitness } from '../../core/revocations/witness.ts'
import type { Database } from '../../db/database.ts'
import { type Finding, ok, warn } from './check.ts'
import { findLossTold, wereSessionsRevokedSince } from './store.ts'

/** Reports acknowledged revocations that the database has lost. */
export async function checkLog(db: Database, config: Config): Promise<Finding> {
  const loss = await createWitness(db, config).findLoss()
  if (loss) {
    const { before, now } = loss
    const sentence =
      before > now
        ? `Its head fell from ${before} to ${now}: this database lacks revocations that it had.`
        : `It is another log than the one with ${before} ${before === 1 ? 'entry' : 'entries'} that the witness saw.`
    return warn('revocation log', sentence, remedy)
  }
  const toldAt = await findLossTold(db)
  if (toldAt === null || (await wereSessionsRevokedSince(db, toldAt)))
    return ok('revocation log', 'It has all that it had, or the sessions of before its loss were ended.')
  const sentence = `Revocations were lost on ${new Date(toldAt).toISOString()}, and no session was ended for it since.`
  return warn('revocation log', sentence, remedy)
}

const remedy = 'latchkey sessions revoke-before --before now; see the runbook on failover.'
