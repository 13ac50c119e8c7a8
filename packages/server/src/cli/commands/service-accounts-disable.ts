import { type Command, exitCodes, print } from '../command.ts'
import { getServiceAccount } from '../get-key-owner.ts'
import { withServices } from '../with-services.ts'

export const serviceAccountsDisable: Command = {
  name: 'service-accounts disable',
  summary: 'Disable a service account; its keys and tokens are refused at once',
  description: 'Running servers refuse its access tokens within a second.',
  takes: ['<name-or-id>'],
  options: { undo: { type: 'boolean', help: 'Enable the service account again.' } },
  async run({ positionals: [who = ''], flags, json }) {
    const verb = flags.undo === true ? 'enable' : 'disable'
    const serviceAccount = await withServices(async (services) => {
      const { id } = await getServiceAccount(services, who)
      return await services.serviceAccounts[verb](null, id)
    })
    print({ serviceAccount }, json, () => `${serviceAccount.name} is ${verb}d.`)
    return exitCodes.done
  },
}
