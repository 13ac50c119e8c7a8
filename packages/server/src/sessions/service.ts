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
   * Returns the best standing of the request's refresh tokens and session cookies, null if none is ours. Extends no
   * session. Ends a session of which a replaced credential has come, and tells its user.
   */
  readStanding(
    tokens: readonly string[],
    request: PresentedProofs & DeviceOrigin,
  ): Promise<StandingSession | null>
  /** Does the same for mere inspection: ends nothing, and proves no key. */
  inspectStanding(tokens: readonly string[]): Promise<StandingSession | null>
  /** True while an access token states what is true now; its signature and its binding have been checked. */
  isCurrent(claims: SessionClaims): Promise<boolean>
  /** A session that is alive, with its user. */
  findLive(id: SessionId, on?: Queryable): Promise<store.SessionWithAccount | null>
  /** Lists the devices where the user is signed in, a page of them, the newest first. */
  devices(userId: UserId, current: SessionId | null, page: PageQuery): Promise<Page<Device>>
  /** Ends one session and what it has asked for; false if it had ended. */
  end<Event extends EndsOne>(id: SessionId, event: Event, ...tell: Tell<Event>): Promise<boolean>
  /** Ends the sessions of a user except `except`, and all that the event ends; false if there is no such user. */
  endAll<Event extends EndsMany>(
    of: { userId: UserId; except?: SessionId },
    event: Event,
    ...tell: Tell<Event>
  ): Promise<boolean>
  /** Revokes access tokens after a change of the user's rights, since they still state the old ones. */
  raiseEpochsWithin(tx: Queryable, userId: UserId): Promise<Revoked[]>
  /** Ends sessions started before a moment: after a restore nothing older can be trusted. */
  revokeBefore(before: Instant): Promise<number>
  /** Ends sessions again that have ended by the log but not in the database; returns how many. */
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
