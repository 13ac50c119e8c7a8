import type { Milliseconds } from '@latchkey/contract'
import { compareBytes, isSame } from '../core/bytes.ts'
import type { Queryable } from '../db/database.ts'
import { createEndForgotten, type EndForgottenOptions } from './forgotten.ts'
import type { Keyring } from '../core/secrets/keyring.ts'
import { type PresentedProofs, proofsFor } from './bindings/binding.ts'
import type { DeviceCookie } from './bindings/device-cookie.ts'
import { genuineCookiesOf } from './open-session.ts'
import { verifyRefreshTokens } from './tokens/refresh-token.ts'
import { hashSecret, type RefreshClaims } from './tokens/refresh-token.ts'
import type { SessionTokenClaims } from './tokens/session-token.ts'
import type { Reused } from './reuse.ts'
import { decideStanding, isLive, type Standing } from './standing.ts'
import { findSession, type SessionWithAccount } from './store.ts'

/** A session, and how a credential of it stands. */
export interface StandingSession<As extends Standing = Standing> {
  found: SessionWithAccount
  standing: As
  /** Of the refresh token that was presented. */
  presented?: number
}

/**
 * How the sessions stand of which refresh tokens or session cookies have come: each once, by its best credential, the
 * newest first. Changes nothing.
 */
export type ReadStandings = (
  on: Queryable,
  tokens: readonly string[],
  presentedProofs: PresentedProofs | undefined,
) => Promise<StandingSession[]>

export interface ReadStandingOptions extends EndForgottenOptions {
  ring: Keyring
  deviceCookie: DeviceCookie
  leeway: Milliseconds
}

/** Each costs a look at the database; a browser has one, or two for a moment. */
const mostTried = 8

export function createReadStandings(options: ReadStandingOptions): ReadStandings {
  const { ring, ports, deviceCookie, leeway } = options
  const endForgotten = createEndForgotten(options)

  return async (on, tokens, presentedProofs) => {
    const read: StandingSession[] = []
    for (const claims of newestFirst(tokens)) {
      await endForgotten(on, claims.sessionId)
      const found = await findSession(on, claims.sessionId)
      if (found) read.push(stand(found, claims, presentedProofs))
    }
    return read.filter((each) => bestOf(read.filter((other) => isSameSession(each, other))) === each)
  }

  function newestFirst(tokens: readonly string[]): (RefreshClaims | SessionTokenClaims)[] {
    return [...verifyRefreshTokens(ring, tokens), ...genuineCookiesOf(ring, tokens)]
      .toSorted((a, b) => compareBytes(b.sessionId, a.sessionId))
      .slice(0, mostTried)
  }

  function stand(
    found: SessionWithAccount,
    claims: RefreshClaims | SessionTokenClaims,
    presentedProofs: PresentedProofs | undefined,
  ): StandingSession {
    const secretHash = hashSecret(claims.secret)
    const proofs = proofsFor(claims.sessionId, presentedProofs, deviceCookie)
    if (!('generation' in claims)) {
      const credential = { kind: 'session_cookie', secretHash, proofs } as const
      return { found, standing: decideStanding(found, credential, ports.now(), { leeway }) }
    }
    const { generation } = claims
    const credential = { kind: 'refresh_token', generation, secretHash, clientId: null, proofs } as const
    const standing = decideStanding(found, credential, ports.now(), { leeway })
    return { found, standing, presented: generation }
  }
}

/** A browser's cookies of both parities are of one session as a rule: the older one beside the newer one is no reuse. */
export const isSameSession = (a: StandingSession, b: StandingSession): boolean =>
  isSame(a.found.session.id, b.found.session.id)

export const isReused = ({ standing }: StandingSession): boolean =>
  standing.standing === 'replaced' && standing.isReuse

/** The one that counts: a live one, else the newest. */
export const bestOf = (read: readonly StandingSession[]): StandingSession | null =>
  read.find(({ standing }) => isLive(standing)) ?? read[0] ?? null

/**
 * Whoever has the token of a session may end that one, its key proven or not: pages prove none, and people must be able
 * to leave. What was found to be a copy has ended it already.
 */
export const mayLeave = ({ standing }: StandingSession): boolean =>
  isLive(standing) ||
  standing.standing === 'unproven' ||
  (standing.standing === 'replaced' && !standing.isReuse)

export const asReused = ({ found, presented }: StandingSession): Reused => ({
  found,
  ...(presented !== undefined && { presented }),
})
