import { type ErrorCode, type Instant, milliseconds, type Milliseconds, minutes } from '@latchkey/contract'
import { fingerprintsOf } from '@latchkey/verify/core'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { TokenClaims, AccessTokens } from './access-token.ts'

/**
 * Tokens for machines. Shorter than those of people, for a change of roles does not end them: what they say is true for
 * at most as long. Getting another one costs a machine one request.
 */
const ttl: Milliseconds = minutes(5)

export interface MachineToken {
  accessToken: string
  lifetime: Milliseconds
}

/** Gives machines access tokens for the credential that they have shown, which the claims name as its client. */
export interface MachineTokens {
  /**
   * Not longer than the credential, which ends at `until`. Throws AuthError `revoked` where the credential has ended
   * meanwhile.
   */
  issue(claims: TokenClaims, credential: { until: Instant | null; revoked: ErrorCode }): Promise<MachineToken>
}

export interface MachineTokensOptions {
  accessTokens: AccessTokens
  revocations: RevocationLog
  ports: Ports
}

export function createMachineTokens({
  accessTokens,
  revocations,
  ports,
}: MachineTokensOptions): MachineTokens {
  return {
    async issue(claims, { until, revoked }) {
      // A token that every verifier would refuse is no answer: the credential was revoked, or its service account disabled
      // or deleted, while we looked at it.
      if (revocations.isRevoked(await fingerprintsOf(revocations.kinds(), claims), Infinity))
        throw new AuthError(revoked)
      const left = until === null ? Infinity : until - ports.now()
      const lifetime = milliseconds(Math.min(ttl, accessTokens.ttl, left))
      return { accessToken: await accessTokens.issue(claims, lifetime), lifetime }
    },
  }
}
