import { isoTime } from '../../core/iso-time.ts'
import { sessionIdOf, type SessionRow, userIdOf } from '../../sessions/session.ts'
import { listLiveSessions, listRecentSessions } from '../../sessions/store.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import type { Parts } from '../../services/create-services.ts'
import { type Command, exitCodes, print, textOf } from '../command.ts'
import { getAccount } from '../get-account.ts'
import { renderTable } from '../render-table.ts'
import { withParts } from '../with-services.ts'

export const sessionsList: Command = {
  name: 'sessions list',
  summary: 'List the devices of a user, or the newest sessions of all',
  description: 'Of all users the fifty newest are listed, ended ones with the reason.',
  options: { user: { type: 'string', value: 'email-or-id', help: 'Only the live sessions of this user.' } },
  async run(invocation) {
    const who = textOf(invocation, 'user')
    const rows = await withParts((parts) => (who === undefined ? newest(parts) : ofUser(parts, who)))
    const now = Date.now()
    const sessions = rows.map((row) => ({
      id: sessionIdOf(row),
      userId: userIdOf(row),
      label: row.label,
      ip: row.ip,
      generation: row.generation,
      createdAt: isoTime(row.created_at),
      lastUsedAt: isoTime(row.rotated_at),
      state: stateOf(row, now),
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

const newest = ({ db }: Parts): Promise<SessionRow[]> => listRecentSessions(db, 50)

async function ofUser(parts: Parts, who: string): Promise<SessionRow[]> {
  const { id } = await getAccount(parts, who)
  return await listLiveSessions(parts.db, parseUuid(id), parts.ports.now())
}

function stateOf(
  { revoked_at, revoke_reason, expires_at, rotated_at, idle_ttl }: SessionRow,
  now: number,
): string {
  if (revoked_at !== null) return `ended (${revoke_reason ?? 'unknown'})`
  return expires_at <= now || rotated_at + idle_ttl <= now ? 'expired' : 'live'
}
