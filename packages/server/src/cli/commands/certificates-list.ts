import { type Command, exitCodes, print, requiredTextOf } from '../command.ts'
import { getServiceAccount } from '../get-key-owner.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

export const certificatesList: Command = {
  name: 'certificates list',
  summary: 'List the certificate mappings of a service account, newest first',
  options: {
    'service-account': { type: 'string', value: 'name-or-id', help: 'Whose certificates.' },
  },
  async run(invocation) {
    const who = requiredTextOf(invocation, 'service-account')
    const mappings = await withServices(async (services) =>
      services.mutualTls.list((await getServiceAccount(services, who)).id),
    )
    print({ mappings }, invocation.json, () =>
      renderTable([
        ['ID', 'NAME', 'KIND', 'VALUE', 'ISSUER', 'SCOPES', 'LAST USED'],
        ...mappings.map(({ id, name, kind, value, issuer, scopes, certificates }) => [
          id,
          name,
          kind,
          value,
          issuer ?? (kind === 'thumbprint' ? 'any' : 'none: make it again'),
          scopes.join(' '),
          certificates[0]?.lastUsedAt ?? 'never',
        ]),
      ]),
    )
    return exitCodes.done
  },
}
