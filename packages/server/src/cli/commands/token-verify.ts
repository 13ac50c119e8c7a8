import { AuthError } from '../../core/auth-error.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import { sessionIdOf } from '../../sessions/session.ts'
import type { Parts } from '../../services/create-services.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { readToken } from '../read-token.ts'
import { withParts } from '../with-services.ts'

type Verdict =
  | { valid: true; kind: 'access_token'; claims: AccessClaims }
  | { valid: true; kind: 'refresh_token'; sessionId: string; userId: string; generation: number }
  | { valid: false; code: string; reason: string }

export const tokenVerify: Command = {
  name: 'token verify',
  summary: 'Verify a token against the keys of this installation',
  description:
    'An access token: signature, issuer, audience, time and revocation. A refresh token: whether it is ours and its session is alive; it is not used up. Exit code 1 where it is not valid.',
  takes: ['[token]'],
  async run({ positionals, json }) {
    const token = await readToken(positionals)
    const verdict = await withParts((parts) => verify(parts, token))
    print(verdict, json, render)
    return verdict.valid ? exitCodes.done : exitCodes.failed
  },
}

async function verify(parts: Parts, token: string): Promise<Verdict> {
  if (token.startsWith('lkr_')) return await verifyRefreshToken(parts, token)
  try {
    return { valid: true, kind: 'access_token', claims: await parts.accessTokens.inspect(token) }
  } catch (error) {
    if (error instanceof AuthError) return { valid: false, code: error.code, reason: error.message }
    throw error
  }
}

async function verifyRefreshToken({ sessions, ports }: Parts, token: string): Promise<Verdict> {
  const found = await sessions.identify([token])
  if (!found) return refusal('refresh_token_invalid')
  const { session, account } = found
  const now = ports.now()
  if (session.revoked_at !== null) return refusal('session_revoked')
  if (session.expires_at <= now || session.rotated_at + session.idle_ttl <= now)
    return refusal('session_expired')
  if (account.disabledAt !== null) return refusal('user_disabled')
  const { generation } = session
  return {
    valid: true,
    kind: 'refresh_token',
    sessionId: sessionIdOf(session),
    userId: account.id,
    generation,
  }
}

function refusal(code: AuthError['code']): Verdict {
  return { valid: false, code, reason: new AuthError(code).message }
}

function render(verdict: Verdict): string {
  if (!verdict.valid) return `Not valid (${verdict.code}): ${verdict.reason}`
  if (verdict.kind === 'access_token') return `Valid access token\n${JSON.stringify(verdict.claims, null, 2)}`
  const { sessionId, userId, generation } = verdict
  return `Valid refresh token of session ${sessionId} (user ${userId}), which is at generation ${generation}.`
}
