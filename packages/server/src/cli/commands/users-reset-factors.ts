import { toUser } from '../../identity/users/account.ts'
import { type Command, CommandError, exitCodes, print, textOf } from '../command.ts'
import { lockUser } from '../../identity/users/locks.ts'
import { getAccount } from '../get-account.ts'
import { withServices } from '../with-services.ts'

export const usersResetFactors: Command = {
  name: 'users reset-factors',
  summary: 'Remove the second factors of a user who has lost them; their sessions end at once',
  takes: ['<email-or-id>'],
  description:
    'Recovery codes and trusted devices go as well, and the user is told by mail. Be sure that it is the user who asks. Where a second factor is required they set up a new one at the next sign-in.',
  options: { reason: { type: 'string', value: 'text', help: 'Why; it is kept in the audit trail.' } },
  async run(invocation) {
    const { positionals, json } = invocation
    const [who = ''] = positionals
    const reason = textOf(invocation, 'reason')?.trim() ?? ''
    if (reason === '') throw new CommandError('Say why with --reason.', exitCodes.usage)
    const account = await withServices(async (services) => {
      const { db, revocations, secondFactors, audit } = services
      const account = await getAccount(services, who)
      await db.transaction(async (tx) => {
        const locked = await lockUser(tx, account.id)
        if (locked) await revocations.append(tx, await secondFactors.resetWithin(tx, locked))
      })
      const detail = { by: 'command line', reason }
      audit.record({ kind: 'factor.reset', userId: account.id, detail })
      return account
    })
    print(
      { user: toUser(account) },
      json,
      () => `${account.email} signs in without a second factor now, and was signed out everywhere.`,
    )
    return exitCodes.done
  },
}
