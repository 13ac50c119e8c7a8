import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { uuidV7 } from '../ports/uuid.ts'
import type { Challenge } from './challenge.ts'
import type { ChallengePurpose } from './purpose.ts'
import { type ChallengeServices, fromTicket, isLive, subjectHash, toChallenge, toTicket } from './row.ts'
import { deleteChallenge, findChallenge, listChallengesOfUser } from './store.ts'

export async function findByTicket(
  services: ChallengeServices,
  db: Queryable,
  purpose: ChallengePurpose,
  ticket: string,
): Promise<Challenge | null> {
  const { ports } = services
  const id = fromTicket(ticket)
  if (toTicket(id) !== ticket) return null
  const row = await findChallenge(db, { id })
  return row && isLive(row, purpose, ports.now()) ? toChallenge(services, row) : null
}

export async function consumeTicket(
  services: ChallengeServices,
  tx: Queryable,
  purpose: ChallengePurpose,
  ticket: string,
): Promise<boolean> {
  const { ports } = services
  const row = await findChallenge(tx, { id: fromTicket(ticket) })
  return row !== null && isLive(row, purpose, ports.now()) && (await deleteChallenge(tx, row.id))
}

export function emptyTicket({ ports }: ChallengeServices): string {
  return toTicket(uuidV7(ports))
}

export async function findPending(
  services: ChallengeServices,
  db: Queryable,
  purpose: ChallengePurpose,
  subject: string,
): Promise<Challenge | null> {
  const { ports } = services
  const row = await findChallenge(db, { purpose, subject: subjectHash(subject) })
  return row && isLive(row, purpose, ports.now()) ? toChallenge(services, row) : null
}

export async function listOfUser(
  services: ChallengeServices,
  db: Queryable,
  purpose: ChallengePurpose,
  userId: UserId,
): Promise<Challenge[]> {
  const { ports } = services
  const rows = await listChallengesOfUser(db, purpose, userId)
  return rows.filter((row) => isLive(row, purpose, ports.now())).map((row) => toChallenge(services, row))
}
