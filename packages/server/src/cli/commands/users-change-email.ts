import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import { toUser } from '../../identity/users/account.ts'
import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { getAccount } from '../get-account.ts'
import { withServices } from '../with-services.ts'

export const usersChangeEmail: Command = {
  name: 'users change-email',
  summary: 'Give a user another e-mail address; their sessions end at once',
  takes: ['<email-or-id>', '<new-address>'],
  description:
    'The old address is told, with a link that takes the change back within seven days; until then nobody else can have it. A running server sends the mail.',
  options: { verified: { type: 'boolean', help: 'The new address is known to be theirs.' } },
  async run({ positionals: [who = '', address = ''], flags, json }) {
    const email = requireEmailAddress(address)
    const account = await withServices(async (services) => {
      const before = await getAccount(services, who)
      if (before.email === email) throw new CommandError(`${email} is the address already.`)
      const emailVerifiedAt = flags.verified === true ? services.ports.now() : null
      const after = await services.users.change(
        before.id,
        { email, emailVerifiedAt },
        services.resetMails.letIn,
      )
      const detail = { emailVerified: emailVerifiedAt !== null, by: 'command line' }
      services.audit.record({ kind: 'email.changed', userId: after.id, detail })
      return after
    })
    print(
      { user: toUser(account) },
      json,
      () => `The address is ${account.email} now, and the user was signed out everywhere.`,
    )
    return exitCodes.done
  },
}
