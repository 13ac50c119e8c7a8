import { type ErrorCode, type Instant, milliseconds, type Milliseconds, minutes } from '@latchkey/contract'
import { fingerprintsOf } from '@latchkey/verify/core'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { TokenClaims, AccessTokens } from './access-token.ts'

/**
 * The lifetime of machines' tokens. Shorter than that of people's, for a change of roles does not revoke them: their
 * roles may be out of date for that long. Another token costs a machine one request.
 */
const ttl: Milliseconds = minutes(5)

export interface MachineToken {
  accessToken: string
  lifetime: Milliseconds
}

/** Issues access tokens to machines for the credential presented, which the claims name as the client. */
export interface MachineTokens {
  /**
   * Limits the lifetime to that of the credential, which ends at `until`. Throws AuthError `revoked` if the credential
   * has ended meanwhile.
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
      // Every verifier would refuse such a token: the credential was revoked meanwhile, or its service account disabled
      // or deleted.
      if (revocations.isRevoked(await fingerprintsOf(revocations.kinds(), claims), Infinity))
        throw new AuthError(revoked)
      const left = until === null ? Infinity : until - ports.now()
      const lifetime = milliseconds(Math.min(ttl, accessTokens.ttl, left))
      return { accessToken: await accessTokens.issue(claims, lifetime), lifetime }
    },
  }
}
