import { createHmac } from 'node:crypto'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { LogPosition } from '../../core/revocations/store.ts'

/**
 * Marks on the log positions given to followers. A mark proves that this installation issued it, and a log that ends
 * earlier has lost entries. Without marks anybody could claim that.
 */
export interface Marks {
  of(position: LogPosition): string
  isOurs(position: LogPosition, mark: string): boolean
}

export function createMarks(ring: Keyring): Marks {
  const marksOf = ({ logId, seq, hash }: LogPosition) =>
    ring.keys('feed-mark').map(({ key }) =>
      createHmac('sha256', key)
        .update(`${logId}:${seq}:${hash === null ? '' : Buffer.from(hash).toString('hex')}`)
        .digest()
        .subarray(0, 16),
    )

  return {
    of: (position) => marksOf(position)[0]!.toString('base64url'),
    isOurs(position, mark) {
      const bytes = Buffer.from(mark, 'base64url')
      return marksOf(position).some((each) => isEqual(each, bytes))
    },
  }
}
