import { minutes } from '@latchkey/contract'
import { createFloodGate } from '../core/limits/flood.ts'
import { type AccountEvents, createAccountEvents } from '../identity/events/account-events.ts'
import type { Holder } from '../identity/events/holder.ts'
import { createDeviceCookie } from '../sessions/bindings/device-cookie.ts'
import { createDpop, type Dpop } from '../sessions/bindings/dpop.ts'
import { type CookieSessions, createCookieSessions } from '../sessions/cookie-session.ts'
import { createRememberMethod } from '../sessions/cookies/last-method.ts'
import { createSessionCookies, type SessionCookies } from '../sessions/cookies/session-cookies.ts'
import { createTicketCookies, type TicketCookies } from '../sessions/cookies/ticket-cookie.ts'
import { createDeviceChallenges } from '../sessions/device-bound/device-challenge.ts'
import { createDeviceSessions, type DeviceSessions } from '../sessions/device-bound/device-sessions.ts'
import { createReuse } from '../sessions/reuse.ts'
import { createSessions, type Sessions } from '../sessions/service.ts'
import { createSessionResponder, type SessionResponder } from '../sessions/session-response.ts'
import { type AccessTokens, createAccessTokens } from '../sessions/tokens/access-token.ts'
import { createMachineTokens, type MachineTokens } from '../sessions/tokens/machine-token.ts'
import { createTrustedDevices, type TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'
import type { Core } from './create-core.ts'

export interface SessionServices {
  events: AccountEvents
  accessTokens: AccessTokens
  machineTokens: MachineTokens
  dpop: Dpop
  sessions: Sessions
  cookies: SessionCookies
  ticketCookies: TicketCookies
  cookieSessions: CookieSessions
  deviceSessions: DeviceSessions
  trustedDevices: TrustedDevices
  respond: SessionResponder
}

/** The time for which a stolen jar of cookies is usable, if the browser has bound the session to its device. */
const deviceCookieTtl = minutes(10)
/** The time from the challenge to the signature of a device: hardware is slow. */
const deviceChallengeTtl = minutes(5)
/** The kinds of sessions that browsers are offered to bind; on plain http none would. */
const boundKinds = { off: [], tokens: ['token'], all: ['token', 'cookie'] } as const
/** Answers to repeated refreshes of one session. */
const retriesPerMinute = 3000

/** `holders`: handlers that end what an event of an account ends. */
export function createSessionServices(core: Core, holders: readonly Holder[]): SessionServices {
  const { config, db, ring, ports, metrics, audit } = core
  const { publicUrl, accessTokenTtl, audience, refreshLeeway: leeway } = config
  const secure = publicUrl.startsWith('https:')
  const cookieOptions = { secure, sameSite: config.cookieSameSite }
  const origin = new URL(publicUrl).origin

  const events = createAccountEvents({ outbox: core.outbox, holders })
  const accessTokens = createAccessTokens({ ...core, issuer: publicUrl, audience, ttl: accessTokenTtl })
  const deviceCookie = createDeviceCookie({ ring, ports, secure, lifetime: deviceCookieTtl })
  const reuse = createReuse({ ...core, events })
  const sessions = createSessions({
    ...core,
    reuse,
    lifetimes: {
      token: { idleTtl: config.refreshIdleTtl, absoluteTtl: config.refreshAbsoluteTtl },
      cookie: { idleTtl: config.cookieSessionIdleTtl, absoluteTtl: config.cookieSessionAbsoluteTtl },
    },
    leeway,
    deviceCookie,
    events,
    mostSessions: config.sessionsPerUser,
    onRetry: createFloodGate(ports, retriesPerMinute),
    onOutcome: metrics.refreshed,
  })
  const cookies = createSessionCookies(cookieOptions)
  const deviceSessions = createDeviceSessions({
    db,
    ports,
    audit,
    challenges: createDeviceChallenges(ring, ports, deviceChallengeTtl),
    deviceCookie,
    kinds: new Set(secure ? boundKinds[config.deviceBoundSessions] : []),
    base: `${config.basePath}/auth/device-bound-session`,
    origin,
    initiators: config.allowedOrigins.map((allowed) => new URL(allowed).hostname),
  })
  return {
    events,
    accessTokens,
    machineTokens: createMachineTokens({ ...core, accessTokens }),
    dpop: createDpop({ db, ring, ports, origin, nonceSlot: accessTokenTtl }),
    sessions,
    cookies,
    ticketCookies: createTicketCookies(cookieOptions),
    cookieSessions: createCookieSessions({
      ...core,
      cookies,
      deviceCookie,
      reuse,
      issuer: publicUrl,
      audience,
      leeway,
    }),
    deviceSessions,
    trustedDevices: createTrustedDevices({ db, ring, ports, secure, ttl: config.trustedDeviceTtl }),
    respond: createSessionResponder({
      ...core,
      accessTokens,
      cookies,
      rememberMethod: createRememberMethod({ secure }),
      deviceSessions,
    }),
  }
}
