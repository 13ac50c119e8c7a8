import { isoTime } from '../../core/iso-time.ts'
import { sessionIdOf, type SessionRow, userIdOf } from '../../sessions/session.ts'
import { endOf, stateOf } from '../../sessions/standing.ts'
import { listLiveSessions, listRecentSessions } from '../../sessions/store.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import type { Services } from '../../services/create-services.ts'
import { type Command, exitCodes, print, textOf } from '../command.ts'
import { getAccount } from '../get-account.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

export const sessionsList: Command = {
  name: 'sessions list',
  summary: 'List the devices of a user, or the newest sessions of all',
  description: 'Of all users the fifty newest are listed, ended ones with the reason.',
  options: { user: { type: 'string', value: 'email-or-id', help: 'Only the live sessions of this user.' } },
  async run(invocation) {
    const who = textOf(invocation, 'user')
    const rows = await withServices((services) =>
      who === undefined ? newest(services) : ofUser(services, who),
    )
    const now = Date.now()
    const sessions = rows.map((row) => ({
      id: sessionIdOf(row),
      userId: userIdOf(row),
      label: row.label,
      ip: row.ip,
      generation: row.generation,
      createdAt: isoTime(row.created_at),
      lastUsedAt: isoTime(row.rotated_at),
      state: describeState(row, now),
    }))
    print({ sessions }, invocation.json, () =>
      renderTable([
        ['ID', 'USER', 'DEVICE', 'LAST USED', 'STATE'],
        ...sessions.map(({ id, userId, label, lastUsedAt, state }) => [id, userId, label, lastUsedAt, state]),
      ]),
    )
    return exitCodes.done
  },
}

const mostListed = 1000

const newest = ({ db }: Pick<Services, 'db'>): Promise<SessionRow[]> => listRecentSessions(db, 50)

async function ofUser(services: Pick<Services, 'db' | 'ports'>, who: string): Promise<SessionRow[]> {
  const { id } = await getAccount(services, who)
  const now = services.ports.now()
  return await listLiveSessions(services.db, { userId: parseUuid(id), now, before: null, limit: mostListed })
}

/** A disabled user has no session: all of them ended with the disabling. */
function describeState(session: SessionRow, now: number): string {
  const end = endOf(stateOf({ session, account: { disabledAt: null } }), now)
  if (end === 'ended') return `ended (${session.revoke_reason ?? 'unknown'})`
  return end ?? 'live'
}
