import { randomUUID } from 'node:crypto'
import type { AccessTokenClaims } from '../token/claims.ts'
import { type BadToken, makeBadToken } from './bad-tokens.ts'
import type { Clock } from './clock.ts'
import type { MintedTokens } from './minted-tokens.ts'
import { compactJws, createSigningKey, signWith, type TestAlgorithm } from './signing-key.ts'
import type { TestKeys } from './test-keys.ts'

/** The claims of a token as far as they matter; the others are those of somebody who has just signed in. */
export type TokenInput = Partial<Omit<AccessTokenClaims, 'iss' | 'aud' | 'exp'>> & {
  audience?: string | string[]
  /** Seconds from `iat`; default 900. */
  expiresIn?: number
}

export interface MintToken {
  (input?: TokenInput): string
  /** A token that is refused with this code; apart from its fault it is as good as any. */
  bad(code: BadToken, input?: TokenInput): string
}

export interface MintOptions {
  algorithm: TestAlgorithm
  url: () => string
  /** The audience of tokens that name no other. */
  audience: string
  clock: Clock
  keys: TestKeys
  minted: MintedTokens
  /** A session whose revocation is in the feed from the beginning. */
  revokedSession: string
}

export async function createMint(options: MintOptions): Promise<MintToken> {
  const { algorithm, url, audience, clock, keys, minted, revokedSession } = options
  const stranger = await createSigningKey(algorithm)
  const workshop = { claims: claimsOf, sign, current: keys.current, stranger, revokedSession }
  return Object.assign(mint, {
    bad: (code: BadToken, input: TokenInput = {}) => makeBadToken(code, workshop, input),
  })

  function mint(input: TokenInput = {}): string {
    const claims = claimsOf(input)
    const text = sign(claims)
    minted.add(text, 'access_token', claims)
    return text
  }

  function claimsOf({ audience: aud = audience, expiresIn = 900, ...given }: TokenInput): AccessTokenClaims {
    const iat = given.iat ?? Math.floor(clock.now() / 1000)
    return {
      iss: url(),
      sub: randomUUID(),
      aud,
      client_id: 'first-party',
      iat,
      exp: iat + expiresIn,
      jti: randomUUID(),
      sid: randomUUID(),
      epoch: 0,
      roles: [],
      permissions: [],
      auth_time: iat,
      amr: ['pwd'],
      acr: 'aal1',
      ...given,
    }
  }

  function sign(claims: AccessTokenClaims, { typ = 'at+jwt' } = {}): string {
    const current = keys.current()
    return compactJws({ alg: algorithm, typ, kid: current.kid }, { ...claims }, signWith(current))
  }
}
