import { isId, type SessionId } from '@latchkey/contract'
import type { Parts } from '../../services/create-services.ts'
import { type Command, CommandError, exitCodes, print, textOf } from '../command.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { countLiveSessions } from '../../sessions/store.ts'
import { getAccount } from '../get-account.ts'
import { withParts } from '../with-services.ts'

export const sessionsRevoke: Command = {
  name: 'sessions revoke',
  summary: 'End one session, or every session of a user',
  description: 'Running servers refuse its access tokens within a second.',
  takes: ['[session]'],
  options: { user: { type: 'string', value: 'email-or-id', help: 'End every session of this user.' } },
  async run(invocation) {
    const [id] = invocation.positionals
    const who = textOf(invocation, 'user')
    if ((id === undefined) === (who === undefined)) {
      throw new CommandError('Name one session, or a user with --user.', exitCodes.usage)
    }
    const ended = await withParts((parts) =>
      id === undefined ? endAll(parts, who ?? '') : endOne(parts, id),
    )
    print({ ended }, invocation.json, () => `${ended} ${ended === 1 ? 'session' : 'sessions'} ended.`)
    return exitCodes.done
  },
}

async function endOne({ sessions, audit }: Parts, id: string): Promise<number> {
  if (!isId(id)) throw new CommandError(`${id} is not the id of a session.`, exitCodes.usage)
  const sessionId = id as SessionId
  const found = await sessions.find(sessionId)
  if (!found || !(await sessions.end(sessionId, 'ended_by_admin'))) {
    throw new CommandError(`There is no live session ${id}.`)
  }
  audit.record({ kind: 'session.ended', userId: found.account.id, sessionId, detail })
  return 1
}

async function endAll(parts: Parts, who: string): Promise<number> {
  const { id } = await getAccount(parts, who)
  const count = await countLiveSessions(parts.db, parseUuid(id), parts.ports.now())
  await parts.sessions.endAll(id, 'ended_by_admin')
  parts.audit.record({
    kind: 'session.ended',
    userId: id,
    detail: { ...detail, scope: 'all', count },
  })
  return count
}

const detail = { reason: 'ended_by_admin', by: 'command line' }
