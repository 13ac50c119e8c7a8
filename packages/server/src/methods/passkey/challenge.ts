import type { SessionId, UserId } from '@latchkey/contract'
import type { Challenge } from '../../core/challenges/challenge.ts'
import type { ChallengePurpose } from '../../core/challenges/purpose.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Expectation } from './ceremony.ts'
import { challengeTtl } from './options.ts'
import type { CheckServices } from './passkey-services.ts'

/** `ticket` is for the caller who answers; `options` are for the browser. */
export interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}

/** Returns the ticket. */
export async function issueCeremony(
  { db, challenges }: CheckServices,
  purpose: ChallengePurpose,
  {
    subject,
    userId,
    sessionId = null,
    challenge,
  }: { subject: string; userId: UserId | null; sessionId?: SessionId | null; challenge: string },
): Promise<string> {
  const payload = { challenge, subject }
  const { token } = await db.transaction((tx) =>
    challenges.issue(tx, { purpose, subject, userId, sessionId, payload, ttl: challengeTtl }),
  )
  return token
}

export function expectationOf({ rp, config }: CheckServices, { payload }: Challenge): Expectation {
  const userVerification = config.passkeyUserVerification
  return { rp, challenge: payload['challenge'] as string, userVerification }
}

/** §13.4.3: at least 16 random bytes. */
export function newChallenge(ports: Ports): string {
  return Buffer.from(ports.randomBytes(32)).toString('base64url')
}
