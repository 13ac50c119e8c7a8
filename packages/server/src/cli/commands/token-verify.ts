import { AuthError } from '../../core/auth-error.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import { sessionIdOf } from '../../sessions/session.ts'
import { type DeadStanding, isLive } from '../../sessions/standing.ts'
import type { Services } from '../../services/create-services.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { readToken } from '../read-token.ts'
import { withServices } from '../with-services.ts'

type TokenCheck =
  | { valid: true; kind: 'access_token'; claims: AccessClaims }
  | {
      valid: true
      kind: 'refresh_token'
      sessionId: string
      userId: string
      generation: number
      standing: 'current' | 'predecessor'
    }
  | { valid: false; code: string; reason: string }

export const tokenVerify: Command = {
  name: 'token verify',
  summary: 'Verify a token against the keys of this installation',
  description:
    'An access token: signature, issuer, audience, time and revocation. A refresh token: whether it is ours, its session is alive, and no newer one has taken its place; nothing is used up or ended. Exit code 1 where it is not valid.',
  takes: ['[token]'],
  async run({ positionals, json }) {
    const token = await readToken(positionals)
    const verdict = await withServices((services) => verify(services, token))
    print(verdict, json, render)
    return verdict.valid ? exitCodes.done : exitCodes.failed
  },
}

async function verify(
  services: Pick<Services, 'accessTokens' | 'sessions'>,
  token: string,
): Promise<TokenCheck> {
  if (token.startsWith('lkr_')) return await verifyRefreshToken(services, token)
  try {
    return { valid: true, kind: 'access_token', claims: await services.accessTokens.inspect(token) }
  } catch (error) {
    if (error instanceof AuthError) return { valid: false, code: error.code, reason: error.message }
    throw error
  }
}

/** Looks at the token without counting it as reuse: the operator is not the client. */
async function verifyRefreshToken(
  { sessions }: Pick<Services, 'sessions'>,
  token: string,
): Promise<TokenCheck> {
  const read = await sessions.inspectStanding([token])
  if (!read) return refusal('refresh_token_invalid')
  const { found, standing } = read
  if (!isLive(standing)) return refusal(...refusals[standing.standing])
  return {
    valid: true,
    kind: 'refresh_token',
    sessionId: sessionIdOf(found.session),
    userId: found.account.id,
    generation: found.session.generation,
    standing: standing.standing,
  }
}

const refusals: Record<DeadStanding['standing'], [code: AuthError['code'], reason?: string]> = {
  replaced: [
    'refresh_token_reused',
    'Another one has taken its place: a refresh with it would end the session.',
  ],
  unproven: [
    'refresh_token_invalid',
    'The session is bound to a key of its client, and this command cannot prove it.',
  ],
  ended: ['session_revoked'],
  disabled: ['user_disabled'],
  expired: ['session_expired'],
  unknown: ['refresh_token_invalid'],
}

function refusal(code: AuthError['code'], reason = new AuthError(code).message): TokenCheck {
  return { valid: false, code, reason }
}

function render(verdict: TokenCheck): string {
  if (!verdict.valid) return `Not valid (${verdict.code}): ${verdict.reason}`
  if (verdict.kind === 'access_token') return `Valid access token\n${JSON.stringify(verdict.claims, null, 2)}`
  const { sessionId, userId, generation, standing } = verdict
  const which = standing === 'current' ? 'Current' : 'Preceding'
  return `${which} refresh token of session ${sessionId} (user ${userId}), which is at generation ${generation}.`
}
