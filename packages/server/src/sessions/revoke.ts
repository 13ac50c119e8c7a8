import type { UserId } from '@latchkey/contract'
import { formatUuid } from '../core/ports/uuid.ts'
import type { Revoked } from '../core/revocations/log.ts'

export const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({
  kind: 'session',
  subject: formatUuid(id),
})

/** So many are named each by itself, and nothing but they is concerned; beyond that one entry is for all. */
const mostNamed = 100

/** What to append when sessions of one user end, or their tokens: work that is bounded however many there are. */
export const inBrief = (userId: UserId, revoked: readonly Revoked[]): readonly Revoked[] =>
  revoked.length > mostNamed ? [{ kind: 'user_sessions', subject: userId }] : revoked

/** Fences of one session whose access tokens may still live side by side: as many step-ups in a quarter of an hour. */
const mostEpochs = 16

/** Access tokens of one session, up to and with an epoch: those of before an earlier fence may be alive as well. */
export const epochsUpTo = (id: Uint8Array, epoch: number): Revoked[] =>
  Array.from({ length: Math.min(epoch + 1, mostEpochs) }, (_, back) => ({
    kind: 'epoch',
    subject: `${formatUuid(id)}:${epoch - back}`,
  }))
