import type { Device, Instant, SessionId, UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { type PresentedProofs } from './bindings/binding.ts'
import type { Revoked } from '../core/revocations/log.ts'
import { type Page, type PageQuery } from '../core/request/cursor.ts'
import { createEndForgotten } from './forgotten.ts'
import { type DeviceOrigin, type OpenCookieSession, type OpenTokenSession } from './open-session.ts'
import { bestOf, createReadStandings, type StandingSession } from './read-standing.ts'
import { createRefresh, type Refresh } from './refresh.ts'
import type { SessionClaims } from './tokens/access-token.ts'
import { createStepUp } from './step-up/step-up.ts'
import type { RaiseFence } from './step-up/raise-fence.ts'
import type * as store from './store.ts'
import {
  end,
  endAll,
  endRemembered,
  type EndsMany,
  type EndsOne,
  revokeBefore,
  raiseEpochsWithin,
  type Tell,
} from './end-sessions.ts'
import { devices, findLive, isCurrent, readStanding } from './look-up.ts'
import type { SessionsOptions } from './session-needs.ts'
import { start, startCookie, type StartSession } from './start-session.ts'

export interface Sessions {
  start(input: StartSession): Promise<OpenTokenSession>
  /** A session that is one opaque cookie. */
  startCookie(input: StartSession): Promise<OpenCookieSession>
  refresh: Refresh
  stepUp: RaiseFence
  /**
   * How the refresh tokens and session cookies of a request stand: the best of them, null for none of ours. Keeps nobody
   * signed in; a session of which a replaced credential has come ends here, and its user is told.
   */
  readStanding(
    tokens: readonly string[],
    request: PresentedProofs & DeviceOrigin,
  ): Promise<StandingSession | null>
  /** The same for whoever only wants to know: ends nothing, and proves no key. */
  inspectStanding(tokens: readonly string[]): Promise<StandingSession | null>
  /** True while an access token says what holds at this moment; its signature and its binding have been checked. */
  isCurrent(claims: SessionClaims): Promise<boolean>
  /** A session that is alive, with its user. */
  findLive(id: SessionId, on?: Queryable): Promise<store.SessionWithAccount | null>
  /** A page of where the user is signed in, the newest first. */
  devices(userId: UserId, current: SessionId | null, page: PageQuery): Promise<Page<Device>>
  /** Ends one, and what it has asked for; false where it had ended. */
  end<Event extends EndsOne>(id: SessionId, event: Event, ...tell: Tell<Event>): Promise<boolean>
  /** Ends those of a user, but `except`, and all that the event ends with them; false where there is no such user. */
  endAll<Event extends EndsMany>(
    of: { userId: UserId; except?: SessionId },
    event: Event,
    ...tell: Tell<Event>
  ): Promise<boolean>
  /** What the user may do has changed: access tokens that still say otherwise are refused. */
  raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]>
  /** Ends what was started before a moment: after a restore nothing older can be trusted. */
  revokeBefore(before: Instant): Promise<number>
  /** Ends anew what the log says has ended and the database has forgotten; returns how many. */
  endRemembered(): Promise<number>
}

export function createSessions(options: SessionsOptions): Sessions {
  const readStandings = createReadStandings(options)
  const services = { ...options, readStandings, endForgotten: createEndForgotten(options) }
  return {
    start: (input) => start(services, input),
    startCookie: (input) => startCookie(services, input),
    refresh: createRefresh(options),
    stepUp: createStepUp(options),
    readStanding: (tokens, request) => readStanding(services, tokens, request),
    inspectStanding: async (tokens) => bestOf(await readStandings(options.db, tokens, undefined)),
    isCurrent: (claims) => isCurrent(services, claims),
    findLive: (id, on) => findLive(services, id, on),
    devices: (userId, current, page) => devices(services, userId, current, page),
    end: (id, event, ...tell) => end(services, id, event, ...tell),
    endAll: (of, event, ...tell) => endAll(services, of, event, ...tell),
    raiseEpochsWithin: (tx, userId) => raiseEpochsWithin(services, tx, userId),
    revokeBefore: (before) => revokeBefore(services, before),
    endRemembered: () => endRemembered(services),
  }
}
