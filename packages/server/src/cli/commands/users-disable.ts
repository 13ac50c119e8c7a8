import { isoTimeOrNull } from '../../core/iso-time.ts'
import { toUser } from '../../identity/users/account.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { getAccount } from '../get-account.ts'
import { withServices } from '../with-services.ts'

export const usersDisable: Command = {
  name: 'users disable',
  summary: 'Disable a user; their sessions end at once',
  takes: ['<email-or-id>'],
  options: { undo: { type: 'boolean', help: 'Enable the user again.' } },
  async run({ positionals: [who = ''], flags, json }) {
    const enable = flags.undo === true
    const account = await withServices(async (services) => {
      const { id } = await getAccount(services, who)
      const after = await services.users.change(id, async ({ disabledAt }) => ({
        disabledAt: enable ? null : (disabledAt ?? services.ports.now()),
      }))
      const kind = enable ? 'user.enabled' : 'user.disabled'
      services.audit.record({ kind, userId: id, detail: { by: 'command line' } })
      return after
    })
    print({ user: { ...toUser(account), disabledAt: isoTimeOrNull(account.disabledAt) } }, json, () =>
      enable ? `${account.email} is enabled.` : `${account.email} is disabled and signed out everywhere.`,
    )
    return exitCodes.done
  },
}
