import { listServiceAccounts } from '../../identity/service-accounts/store.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

const mostListed = 10_000

export const serviceAccountsList: Command = {
  name: 'service-accounts list',
  summary: 'List the service accounts',
  async run({ json }) {
    const serviceAccounts = await withServices(({ db }) =>
      listServiceAccounts(db, { after: '', limit: mostListed }),
    )
    print({ serviceAccounts }, json, () =>
      renderTable([
        ['ID', 'NAME', 'ROLES', 'STATE'],
        ...serviceAccounts.map(({ id, name, roles, disabledAt }) => [
          id,
          name,
          roles.join(' '),
          disabledAt === null ? 'active' : 'disabled',
        ]),
      ]),
    )
    return exitCodes.done
  },
}
