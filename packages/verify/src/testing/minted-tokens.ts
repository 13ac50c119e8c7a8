import type { Claims } from '../token/claims.ts'
import type { RevocationKind } from '../token/fingerprint.ts'
import type { Clock } from './clock.ts'
import type { TestFeed } from './test-feed.ts'

/** The tokens of an issuer, kept for introspection. */
export interface MintedTokens {
  add(text: string, kind: 'access_token' | 'api_key' | 'session', claims: Claims): void
  isEmpty(): boolean
  /** RFC 7662 §2.2. */
  describe(text: string): Record<string, unknown>
}

export function createMintedTokens(feed: TestFeed, clock: Clock): MintedTokens {
  const minted = new Map<string, { kind: string; claims: Claims }>()
  return {
    add: (text, kind, claims) => void minted.set(text, { kind, claims }),
    isEmpty: () => minted.size === 0,
    describe(text) {
      const known = minted.get(text)
      if (!known || !isInForce(text, known.claims)) return { active: false }
      return { active: true, token_type: known.kind, ...known.claims }
    },
  }

  function isInForce(text: string, claims: Claims): boolean {
    const { exp = Infinity, iat = 0, sid, sub, client_id: client, epoch, roles = [] } = claims
    const subjects: [RevocationKind, string | undefined][] = [
      ['session', sid],
      ['user', sub],
      ['user_sessions', sid && sub],
      ['client', client],
      ['epoch', sid ? `${sid}:${epoch}` : `${sub}:${epoch ?? 0}`],
      ['key', kidOf(text)],
      ...roles.map((role): [RevocationKind, string] => ['role', role]),
    ]
    const isRevoked = subjects.some(
      ([kind, subject]) => subject !== undefined && feed.has(kind, subject, iat),
    )
    return exp * 1000 > clock.now() && !isRevoked
  }
}

function kidOf(token: string): string | undefined {
  const [header = '', ...others] = token.split('.')
  if (others.length === 0) return undefined
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid
}
