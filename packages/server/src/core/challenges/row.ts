import type { Instant, UserId } from '@latchkey/contract'
import { sha256 } from '../bytes.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid } from '../ports/uuid.ts'
import { CannotOpen, type Keyring } from '../secrets/keyring.ts'
import type { Challenge } from './challenge.ts'
import type { ChallengePurpose } from './purpose.ts'
import type { ChallengeRow } from './store.ts'

export interface ChallengeServices {
  ring: Keyring
  ports: Ports
}

export const isLive = (row: ChallengeRow, purpose: ChallengePurpose, now: Instant): boolean =>
  row.purpose === purpose && row.expires_at > now

export const toTicket = (id: Uint8Array): string => Buffer.from(id).toString('base64url')
export const fromTicket = (ticket: string): Uint8Array => Buffer.from(ticket, 'base64url').subarray(0, 16)

export const subjectHash = (subject: string): Uint8Array => sha256(subject).subarray(0, 16)

export function sealPayload(
  { ring }: ChallengeServices,
  id: Uint8Array,
  payload: Challenge['payload'],
): Uint8Array {
  return ring.seal('challenges', Buffer.from(JSON.stringify(payload)), formatUuid(id))
}

/** Null if no secret of the ring sealed it: it is over, like one that has expired. Throws AuthError `unavailable`. */
export function toChallenge(services: ChallengeServices, row: ChallengeRow): Challenge | null {
  const payload = openPayload(services, row)
  return (
    payload && {
      purpose: row.purpose,
      ticket: toTicket(row.id),
      userId: row.user_id && (formatUuid(row.user_id) as UserId),
      payload,
    }
  )
}

function openPayload(
  { ring }: ChallengeServices,
  { id, payload }: ChallengeRow,
): Challenge['payload'] | null {
  try {
    return JSON.parse(ring.open('challenges', payload, formatUuid(id)).toString()) as Challenge['payload']
  } catch (error) {
    if (error instanceof CannotOpen) return null
    throw error
  }
}
