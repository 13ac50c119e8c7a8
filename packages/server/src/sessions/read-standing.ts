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

/** A session, and the standing of one of its credentials. */
export interface StandingSession<As extends Standing = Standing> {
  found: SessionWithAccount
  standing: As
  /** The generation of the refresh token that was presented. */
  presented?: number
}

/**
 * Returns the standings of the sessions of these refresh tokens or session cookies: each session once, by its best
 * credential, the newest first. Changes nothing.
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

/** The number of credentials tried. Each costs a look at the database; a browser has one, or two for a moment. */
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

/**
 * True for one session. A browser's cookies of both parities usually are: the older one beside the newer is no reuse.
 */
export const isSameSession = (a: StandingSession, b: StandingSession): boolean =>
  isSame(a.found.session.id, b.found.session.id)

export const isReused = ({ standing }: StandingSession): boolean =>
  standing.standing === 'replaced' && standing.isReuse

/** Returns the standing that counts: a live one, else the newest. */
export const bestOf = (read: readonly StandingSession[]): StandingSession | null =>
  read.find(({ standing }) => isLive(standing)) ?? read[0] ?? null

/**
 * True if the bearer may end the session, its key proven or not: pages prove none, and people must be able to leave. A
 * credential found to be a copy has ended its session already.
 */
export const mayLeave = ({ standing }: StandingSession): boolean =>
  isLive(standing) ||
  standing.standing === 'unproven' ||
  (standing.standing === 'replaced' && !standing.isReuse)

export const asReused = ({ found, presented }: StandingSession): Reused => ({
  found,
  ...(presented !== undefined && { presented }),
})
