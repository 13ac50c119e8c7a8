import type { Device, SessionId, UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { type PresentedProofs } from './bindings/binding.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import { type Page, type PageQuery, pageOf, readIdCursor } from '../core/request/cursor.ts'
import { type DeviceOrigin } from './open-session.ts'
import { asReused, bestOf, isReused, type StandingSession } from './read-standing.ts'
import { toDevice } from './session.ts'
import { decideStanding, isAlive } from './standing.ts'
import type { SessionClaims } from './tokens/access-token.ts'
import * as store from './store.ts'
import type { SessionNeeds } from './session-needs.ts'

export async function readStanding(
  services: SessionNeeds,
  tokens: readonly string[],
  request: PresentedProofs & DeviceOrigin,
): Promise<StandingSession | null> {
  const { db, reuse, readStandings } = services
  const read = await readStandings(db, tokens, request)
  for (const each of read.filter(isReused)) await reuse.end(asReused(each), request)
  return bestOf(read)
}

/** True if the token is of the current epoch; an earlier one describes an earlier state. */
export async function isCurrent(
  services: SessionNeeds,
  { sid, sub: userId, epoch }: SessionClaims,
): Promise<boolean> {
  const { db, ports } = services
  const found = await store.findSession(db, parseUuid(sid))
  if (!found) return false
  const credential = { kind: 'access_token', userId, epoch } as const
  return decideStanding(found, credential, ports.now(), services).standing === 'current'
}

export async function findLive(
  services: SessionNeeds,
  id: SessionId,
  on: Queryable = services.db,
): Promise<store.SessionWithAccount | null> {
  const { ports } = services
  const found = await store.findSession(on, parseUuid(id))
  return found && isAlive(found, ports.now()) ? found : null
}

export async function devices(
  services: SessionNeeds,
  userId: UserId,
  current: SessionId | null,
  { cursor, limit }: PageQuery,
): Promise<Page<Device>> {
  const { db, ports } = services
  const rows = await store.listLiveSessions(db, {
    userId: parseUuid(userId),
    now: ports.now(),
    before: readIdCursor(cursor),
    limit: limit + 1,
  })
  return pageOf(rows, limit, { toItem: (row) => toDevice(row, current), endOf: ({ id }) => id })
}
