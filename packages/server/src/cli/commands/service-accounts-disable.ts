import { createServiceAccounts } from '../../features/service-accounts/service.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { getServiceAccount } from '../get-key-owner.ts'
import { withParts } from '../with-services.ts'

export const serviceAccountsDisable: Command = {
  name: 'service-accounts disable',
  summary: 'Disable a service account; its keys and tokens are refused at once',
  description: 'Running servers refuse its access tokens within a second.',
  takes: ['<name-or-id>'],
  options: { undo: { type: 'boolean', help: 'Enable the service account again.' } },
  async run({ positionals: [who = ''], flags, json }) {
    const verb = flags.undo === true ? 'enable' : 'disable'
    const serviceAccount = await withParts(async (parts) => {
      const { id } = await getServiceAccount(parts, who)
      return await createServiceAccounts(parts)[verb](null, id)
    })
    print({ serviceAccount }, json, () => `${serviceAccount.name} is ${verb}d.`)
    return exitCodes.done
  },
}
