import { type Milliseconds, minutes, seconds, toSeconds } from '@latchkey/contract'
import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import { isProven, shownFor } from './bindings/binding.ts'
import type { DeviceCookie } from './bindings/device-cookie.ts'
import type { SecretRing } from '../core/secrets/keyring.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { Permissions } from '../identity/roles/permissions.ts'
import type { AccessClaims } from './tokens/access-token.ts'
import { hashSecret } from './tokens/refresh-token.ts'
import { type SessionTokenClaims, verifySessionToken } from './tokens/session-token.ts'
import { type CookieStanding, decideCookie } from './cookie-standing.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { SessionCookies } from './cookies/session-cookies.ts'
import { accessGrantOf } from './session-response.ts'
import { about } from './open-session.ts'
import { type Authentication, sessionIdOf, type SessionRow } from './session.ts'
import * as store from './store.ts'

/** Sessions that are one opaque cookie: what comes with each request is looked up, not verified. */
export interface CookieSessions {
  /**
   * Who is signed in by the session cookie of a request, said as an access token would say it. Throws AuthError
   * `unauthenticated`, `session_expired`, `session_revoked`, `user_disabled`. Idle expiry counts from here.
   */
  authenticate(request: CookieSource): Promise<AccessClaims>
  /** The claims of the live session that an `lks_…` value stands for, or null; changes nothing. */
  find(token: string): Promise<AccessClaims | null>
}

export interface CookieSessionsOptions {
  db: Database
  ring: SecretRing
  ports: Ports
  revocations: RevocationLog
  permissions: Permissions
  cookies: SessionCookies
  deviceCookie: DeviceCookie
  audit: Audit
  issuer: string
  audience: string
  /** How long the cookie that a step-up replaced is still known, once the new one has been seen. */
  leeway: Milliseconds
}

/** For as long a look at the database does for the requests that follow, unless something is revoked. */
const cacheTtl: Milliseconds = seconds(5)
const mostCached = 10_000
/** How often the last use of a session is written. */
const slideInterval: Milliseconds = minutes(1)
/** Of duplicates the newest are looked at: each costs a look at the database. */
const mostTried = 8

interface Read {
  found: store.SessionWithAccount | null
  at: number
  /** Of the revocation log, before the look: what is revoked meanwhile makes it void. */
  version: number
}

interface Genuine extends SessionTokenClaims {
  token: string
}

export function createCookieSessions(options: CookieSessionsOptions): CookieSessions {
  const { db, ring, ports, revocations, permissions, cookies, deviceCookie, audit, leeway } = options
  const cache = new Map<string, Read>()

  return { authenticate, find }

  async function authenticate(request: CookieSource): Promise<AccessClaims> {
    let refusal: CookieStanding & { outcome: 'refused' } = { outcome: 'refused', code: 'unauthenticated' }
    for (const genuine of newestFirst(cookies.readSessions(request))) {
      const found = await findUsed(genuine)
      const standing = standingOf(found, genuine)
      if (found && standing.outcome === 'live' && (await isHeldBy(request, found.session)))
        return claimsOf(found, standing.authentication)
      if (standing.outcome === 'refused' && refusal.code === 'unauthenticated') refusal = standing
    }
    throw new AuthError(refusal.code)
  }

  async function find(token: string): Promise<AccessClaims | null> {
    const [genuine] = newestFirst([token])
    if (!genuine) return null
    const found = await findKnown(genuine)
    const standing = standingOf(found, genuine)
    // Of a session that is bound to a device the cookie alone says nothing.
    return found?.session.binding === null && standing.outcome === 'live'
      ? claimsOf(found, standing.authentication)
      : null
  }

  /** Whether the device has signed lately, where the session is bound to one; it is as soon as its cookie is seen. */
  async function isHeldBy(request: CookieSource, session: SessionRow): Promise<boolean> {
    const shown = shownFor(session.id, { ...request, provenKey: null }, deviceCookie)
    if (session.binding === null && shown.device !== null) {
      session.binding = shown.device
      if (await store.bindSession(db, session.id, shown.device))
        audit.record({ kind: 'session.bound', ...about(session), detail: { binding: 'dbsc' } })
    }
    return isProven(session.binding, shown)
  }

  /** A duplicate of the name may be somebody else's: each is held against the database, garbage against nothing. */
  function newestFirst(tokens: readonly string[]): Genuine[] {
    return [...new Set(tokens)]
      .flatMap((token) => {
        const claims = verifySessionToken(ring, token)
        return claims ? [{ token, ...claims }] : []
      })
      .toSorted((a, b) => Buffer.compare(b.sessionId, a.sessionId))
      .slice(0, mostTried)
  }

  /** The session, and that it was used. */
  async function findUsed(genuine: Genuine): Promise<store.SessionWithAccount | null> {
    const found = await findKnown(genuine)
    const standing = standingOf(found, genuine)
    if (!found || standing.outcome === 'refused') return found
    const { session } = found
    const now = ports.now()
    if (standing.isCurrent && session.previous_secret_hash && session.previous_until === null) {
      const until = now + leeway
      await store.confirmReplacement(db.relaxed, session, until)
      session.previous_until = until
    }
    if (session.rotated_at <= now - slideInterval) {
      await store.slideSession(db.relaxed, { id: session.id, before: now - slideInterval, now })
      session.rotated_at = now
    }
    return found
  }

  async function findKnown(genuine: Genuine): Promise<store.SessionWithAccount | null> {
    const known = cache.get(genuine.token)
    // Another process may have moved the expiry on: a refusal is never taken from memory.
    if (known && isFresh(known) && standingOf(known.found, genuine).outcome === 'live') return known.found
    return await look(genuine)
  }

  function isFresh({ at, version }: Read): boolean {
    const age = ports.now() - at
    return age >= 0 && age < cacheTtl && version === revocations.version() && !revocations.isStale()
  }

  async function look({ token, sessionId }: Genuine): Promise<store.SessionWithAccount | null> {
    const [at, version] = [ports.now(), revocations.version()]
    const found = await store.findSession(db, sessionId)
    cache.delete(token)
    if (!found) return null
    await permissions.catchUp(found.changes)
    if (cache.size >= mostCached) cache.delete(cache.keys().next().value as string)
    cache.set(token, { found, at, version })
    return found
  }

  function standingOf(found: store.SessionWithAccount | null, { secret }: Genuine): CookieStanding {
    // A genuine cookie without a row: the session was cleaned up, or its start was lost with a backup.
    if (!found) return { outcome: 'refused', code: 'session_expired' }
    return decideCookie(found.session, found.account, hashSecret(secret), ports.now())
  }

  function claimsOf({ session, account }: store.SessionWithAccount, as: Authentication): AccessClaims {
    const { roles, permissions: held, ...grant } = accessGrantOf({ session, account }, permissions)
    const end = Math.min(session.expires_at, session.rotated_at + session.idle_ttl)
    return {
      ...grant,
      iss: options.issuer,
      aud: options.audience,
      iat: toSeconds(session.created_at),
      exp: toSeconds(end),
      jti: sessionIdOf(session),
      auth_time: toSeconds(as.authenticatedAt),
      amr: as.amr,
      acr: `aal${as.aal}`,
      ...(roles.length > 0 && { roles }),
      ...(held.length > 0 && { permissions: held }),
    }
  }
}
