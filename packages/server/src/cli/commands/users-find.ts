import { isoTimeOrNull } from '../../core/iso-time.ts'
import { toUser } from '../../identity/users/account.ts'
import { listUsers } from '../../features/admin/store.ts'
import { type Command, CommandError, exitCodes, type Invocation, print, textOf } from '../command.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

export const usersFind: Command = {
  name: 'users find',
  summary: 'Find users, newest first',
  options: {
    search: { type: 'string', value: 'text', help: 'Part of the e-mail address or the name, in any case.' },
    role: { type: 'string', value: 'name', help: 'Only those who hold this role.' },
    limit: { type: 'string', value: 'count', help: 'How many at most; 50 unless given.' },
  },
  async run(invocation) {
    const { json } = invocation
    const filter = { search: textOf(invocation, 'search'), role: textOf(invocation, 'role') }
    const entries = await withServices(({ db }) =>
      listUsers(db, filter, { before: null, limit: limitOf(invocation) }),
    )
    const users = entries.map(({ account, hasPassword }) => ({
      ...toUser(account),
      disabledAt: isoTimeOrNull(account.disabledAt),
      hasPassword,
    }))
    print({ users }, json, () =>
      renderTable([
        ['ID', 'EMAIL', 'NAME', 'ROLES', 'STATE'],
        ...users.map((user) => [user.id, user.email, user.name ?? '', user.roles.join(' '), stateOf(user)]),
      ]),
    )
    return exitCodes.done
  },
}

function limitOf(invocation: Invocation): number {
  const text = textOf(invocation, 'limit') ?? '50'
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new CommandError('--limit must be a number from 1.', exitCodes.usage)
  return Number(text)
}

const stateOf = ({
  disabledAt,
  emailVerified,
}: {
  disabledAt: string | null
  emailVerified: boolean
}): string => (disabledAt === null ? (emailVerified ? 'active' : 'unverified') : 'disabled')
