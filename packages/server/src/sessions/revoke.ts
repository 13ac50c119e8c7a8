import type { UserId } from '@latchkey/contract'
import { formatUuid } from '../core/ports/uuid.ts'
import type { Revoked } from '../core/revocations/log.ts'

export const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({
  kind: 'session',
  subject: formatUuid(id),
})

/** The number of sessions named one by one, without touching others; beyond it one entry covers all. */
const mostNamed = 100

/**
 * Returns the entries to append when sessions of one user end, or their tokens: few, however many sessions there are.
 */
export const inBrief = (userId: UserId, revoked: readonly Revoked[]): readonly Revoked[] =>
  revoked.length > mostNamed ? [{ kind: 'user_sessions', subject: userId }] : revoked

/** The number of fences whose access tokens may be valid side by side: the step-ups of a quarter of an hour. */
const mostEpochs = 16

/**
 * Returns revocations of a session's access tokens, up to and with an epoch: tokens of earlier epochs may still be
 * valid.
 */
export const epochsUpTo = (id: Uint8Array, epoch: number): Revoked[] =>
  Array.from({ length: Math.min(epoch + 1, mostEpochs) }, (_, back) => ({
    kind: 'epoch',
    subject: `${formatUuid(id)}:${epoch - back}`,
  }))
