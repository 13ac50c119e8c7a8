import { createHmac } from 'node:crypto'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { LogPosition } from '../../core/revocations/store.ts'

/**
 * Marks on what followers are told of the log: whoever brings one back has been told so by this installation, and a log
 * that does not go as far has lost something. Without them anybody could say so.
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
