import { type ErrorCode, type Milliseconds, minutes, seconds } from '@latchkey/contract'
import { compareBytes } from '../core/bytes.ts'
import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import { type BindingProofs, proofsFor } from './bindings/binding.ts'
import type { DeviceCookie } from './bindings/device-cookie.ts'
import type { Keyring } from '../core/secrets/keyring.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { Permissions } from '../identity/roles/permissions.ts'
import type { AccessClaims } from './tokens/access-token.ts'
import { hashSecret } from './tokens/refresh-token.ts'
import { type SessionTokenClaims, verifySessionToken } from './tokens/session-token.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { SessionCookies } from './cookies/session-cookies.ts'
import { createSessionClaims } from './session-claims.ts'
import { auditSubject, type DeviceOrigin } from './open-session.ts'
import { asReused, isReused, isSameSession, type StandingSession } from './read-standing.ts'
import type { Reuse } from './reuse.ts'
import { requireTime } from './require-time.ts'
import type { SessionRow } from './session.ts'
import { type DeadStanding, decideStanding, isLive } from './standing.ts'
import { createEndForgotten } from './forgotten.ts'
import * as store from './store.ts'

/** Sessions that are one opaque cookie: what comes with each request is looked up, not verified. */
export interface CookieSessions {
  /**
   * Returns the claims of the user whose session cookie a request has, as an access token has them. Throws AuthError
   * `unauthenticated`, `session_expired`, `session_revoked`, `user_disabled`. Idle expiry counts from here.
   */
  authenticate(request: SessionRequest): Promise<AccessClaims>
  /**
   * The claims of the live session that an `lks_…` value stands for, or null. Keeps nobody signed in; a value that was
   * replaced is noticed as reuse.
   */
  find(token: string): Promise<AccessClaims | null>
}

/** A request with a session cookie; where it comes from is told to the user if the cookie is a copy. */
export type SessionRequest = CookieSource & Partial<DeviceOrigin>

export interface CookieSessionsOptions {
  db: Database
  ring: Keyring
  ports: Ports
  revocations: RevocationLog
  permissions: Permissions
  cookies: SessionCookies
  deviceCookie: DeviceCookie
  audit: Audit
  reuse: Reuse
  issuer: string
  audience: string
  /** How long the cookie that a step-up replaced is still known, once the new one has been seen. */
  leeway: Milliseconds
}

/** A look at the database serves the requests of so long a time, unless something is revoked. */
const cacheTtl: Milliseconds = seconds(5)
const mostCached = 10_000
/** How often the last use of a session is written. */
const slideInterval: Milliseconds = minutes(1)
/** The newest duplicates are looked at: each costs a look at the database. */
const mostTried = 8

const refusals = {
  unproven: 'unauthenticated',
  ended: 'session_revoked',
  disabled: 'user_disabled',
  expired: 'session_expired',
  unknown: 'unauthenticated',
} as const satisfies Record<Exclude<DeadStanding['standing'], 'replaced'>, ErrorCode>

/** The first that says more than that nobody is signed in. */
function refusalOf(read: readonly (StandingSession | null)[], ports: Ports): AuthError {
  const codes = read.map((each): ErrorCode => {
    // A genuine cookie without a row: the session was cleaned up, or its start was lost with a backup.
    if (!each) return 'session_expired'
    const { standing } = each
    if (isLive(standing)) return 'unauthenticated'
    if (standing.standing !== 'replaced') return refusals[standing.standing]
    // The session goes on without it: who has the new cookie by now is not to be signed out, and asks again.
    return standing.isReuse ? 'session_revoked' : 'unauthenticated'
  })
  const code = codes.find((code) => code !== 'unauthenticated') ?? 'unauthenticated'
  if (code === 'session_expired') requireTime(ports)
  return new AuthError(code)
}

const nothingShown: SessionRequest = { cookies: new Map() }

interface Read {
  found: store.SessionWithAccount | null
  at: number
  /** Position in the revocation log before the look: a later revocation makes the look void. */
  version: number
}

interface Genuine extends SessionTokenClaims {
  token: string
}

export function createCookieSessions(options: CookieSessionsOptions): CookieSessions {
  const { db, ring, ports, revocations, permissions, cookies, deviceCookie, audit, reuse, leeway } = options
  const claimsOf = createSessionClaims(options)
  const cache = new Map<string, Read>()
  const endForgotten = createEndForgotten(options)

  return { authenticate, find }

  async function authenticate(request: SessionRequest): Promise<AccessClaims> {
    const genuine = newestFirst(cookies.readSessions(request))
    const read = await Promise.all(genuine.map((each) => readKnown(each, request)))
    const live = read.find((each) => each !== null && isLive(each.standing)) ?? null
    await noticeReuse(read, live, request)
    if (!live || !isLive(live.standing)) throw refusalOf(read, ports)
    await noteUse(live, request)
    return claimsOf(live.found, live.standing.authentication)
  }

  async function find(token: string): Promise<AccessClaims | null> {
    const [genuine] = newestFirst([token])
    // The cookie alone proves nothing of a session that is bound to a device.
    const read = genuine ? await readKnown(genuine, nothingShown) : null
    if (read && isLive(read.standing)) return claimsOf(read.found, read.standing.authentication)
    await noticeReuse([read], null, nothingShown)
    return null
  }

  /** A replaced cookie beside the current one of its session is no other party's. */
  async function noticeReuse(
    read: readonly (StandingSession | null)[],
    live: StandingSession | null,
    { ip = null, userAgent = null, isGone }: SessionRequest,
  ): Promise<void> {
    for (const each of read) {
      if (!each || !isReused(each) || (live && isSameSession(each, live))) continue
      await reuse.end(asReused(each), { ip, userAgent, ...(isGone && { isGone }) })
    }
  }

  /** A duplicate of the name may be somebody else's: each is held against the database, garbage against nothing. */
  function newestFirst(tokens: readonly string[]): Genuine[] {
    return [...new Set(tokens)]
      .flatMap((token) => {
        const claims = verifySessionToken(ring, token)
        return claims ? [{ token, ...claims }] : []
      })
      .toSorted((a, b) => compareBytes(b.sessionId, a.sessionId))
      .slice(0, mostTried)
  }

  /** Only of what was admitted: nothing that is refused keeps a session alive. */
  async function noteUse(
    { found: { session }, standing }: StandingSession,
    request: SessionRequest,
  ): Promise<void> {
    const now = ports.now()
    await bind(session, request)
    if (standing.standing === 'current' && session.previous_secret_hash && session.previous_until === null) {
      // Later than a leeway after the fence itself: that is how a new cookie that was seen is told from one that may be lost.
      const until = Math.max(now, (session.fenced_at ?? 0) + 1) + leeway
      await store.confirmReplacement(db.relaxed, session, until)
      session.previous_until = until
    }
    if (session.rotated_at <= now - slideInterval) {
      await store.slideSession(db.relaxed, { id: session.id, before: now - slideInterval, now })
      session.rotated_at = now
    }
  }

  /** To the device, as soon as its cookie is seen: from here on it is asked for. */
  async function bind(session: SessionRow, request: SessionRequest): Promise<void> {
    const { device } = proofsOf(session, request)
    if (session.binding !== null || device === null) return
    session.binding = device
    if (await store.bindSession(db, session.id, device))
      audit.record({ kind: 'session.bound', ...auditSubject(session), detail: { binding: 'dbsc' } })
  }

  async function readKnown(genuine: Genuine, request: SessionRequest): Promise<StandingSession | null> {
    const known = cache.get(genuine.token)
    // Another process may have moved the expiry on: a refusal is never taken from memory.
    if (known?.found && isFresh(known)) {
      const read = stand(known.found, genuine, request)
      if (isLive(read.standing)) return read
    }
    const found = await look(genuine)
    return found && stand(found, genuine, request)
  }

  function stand(
    found: store.SessionWithAccount,
    { secret }: Genuine,
    request: SessionRequest,
  ): StandingSession {
    const proofs = proofsOf(found.session, request)
    const credential = { kind: 'session_cookie', secretHash: hashSecret(secret), proofs } as const
    return { found, standing: decideStanding(found, credential, ports.now(), { leeway }) }
  }

  function proofsOf({ id }: SessionRow, request: SessionRequest): BindingProofs {
    return proofsFor(id, { cookies: request.cookies, provenKey: null }, deviceCookie)
  }

  function isFresh({ at, version }: Read): boolean {
    const age = ports.now() - at
    return age >= 0 && age < cacheTtl && version === revocations.version() && !revocations.isStale()
  }

  async function look({ token, sessionId }: Genuine): Promise<store.SessionWithAccount | null> {
    const [at, version] = [ports.now(), revocations.version()]
    await endForgotten(db, sessionId)
    const found = await store.findSession(db, sessionId)
    cache.delete(token)
    if (!found) return null
    await permissions.catchUp(found.changes)
    if (cache.size >= mostCached) cache.delete(cache.keys().next().value as string)
    cache.set(token, { found, at, version })
    return found
  }
}
