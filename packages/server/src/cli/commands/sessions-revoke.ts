import { isId, type SessionId } from '@latchkey/contract'
import type { Services } from '../../services/create-services.ts'
import { type Command, CommandError, exitCodes, print, textOf } from '../command.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { countLiveSessions } from '../../sessions/store.ts'
import type { Account } from '../../identity/users/account.ts'
import { getAccount } from '../get-account.ts'
import { withServices } from '../with-services.ts'

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
    const ended = await withServices((services) =>
      id === undefined ? endAll(services, who ?? '') : endOne(services, id),
    )
    print({ ended }, invocation.json, () => `${ended} ${ended === 1 ? 'session' : 'sessions'} ended.`)
    return exitCodes.done
  },
}

type Ending = Pick<Services, 'sessions' | 'audit' | 'mails' | 'ports'>

async function endOne({ sessions, audit, mails, ports }: Ending, id: string): Promise<number> {
  if (!isId(id)) throw new CommandError(`${id} is not the id of a session.`, exitCodes.usage)
  const sessionId = id as SessionId
  const found = await sessions.findLive(sessionId)
  const tell = (account: Account) => {
    const about = { account, at: ports.now(), ip: null, notice: 'session_ended' } as const
    return { mails: { address: mails.credentialChanged(about) } }
  }
  if (!found || !(await sessions.end(sessionId, 'session_ended_by_admin', tell))) {
    throw new CommandError(`There is no live session ${id}.`)
  }
  audit.record({ kind: 'session.ended', userId: found.account.id, sessionId, detail })
  return 1
}

async function endAll(services: Ending & Pick<Services, 'db'>, who: string): Promise<number> {
  const { id } = await getAccount(services, who)
  const count = await countLiveSessions(services.db, parseUuid(id), services.ports.now())
  await services.sessions.endAll({ userId: id }, 'sessions_ended_by_admin', (account) => {
    const about = { account, at: services.ports.now(), ip: null, notice: 'sessions_ended' } as const
    return { mails: { address: services.mails.credentialChanged(about) } }
  })
  services.audit.record({
    kind: 'session.ended',
    userId: id,
    detail: { ...detail, scope: 'all', count },
  })
  return count
}

const detail = { reason: 'ended_by_admin', by: 'command line' }
