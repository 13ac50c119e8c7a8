import type { Services } from '../../services/create-services.ts'
import { isoTime } from '../../core/iso-time.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

export const keysList: Command = {
  name: 'keys list',
  summary: 'List the signing keys',
  description:
    'A key is published as next, signs as current, only verifies as previous, and is out of service as retired.',
  async run({ json }) {
    print({ keys: await withServices(async (services) => listKeys(services)) }, json, ({ keys }) =>
      renderTable([
        ['KID', 'ALGORITHM', 'STATE', 'SINCE', ''],
        ...keys.map(({ kid, algorithm, state, since, signs }) => [
          kid,
          algorithm,
          state,
          since,
          signs ? 'signs now' : '',
        ]),
      ]),
    )
    return exitCodes.done
  },
}

/** The keys as they are printed. */
export function listKeys({ keys }: Pick<Services, 'keys'>) {
  const list = keys.list()
  const signer = list.some(({ state }) => state === 'current') ? keys.signer().kid : null
  return list.map(({ kid, algorithm, state, stateSince }) => ({
    kid,
    algorithm,
    state,
    since: isoTime(stateSince),
    signs: kid === signer,
  }))
}
