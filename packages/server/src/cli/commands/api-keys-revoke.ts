import { isId } from '@latchkey/contract'
import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { findKey } from '../../features/api-keys/store.ts'
import { operator } from '../get-key-owner.ts'
import { withServices } from '../with-services.ts'

export const apiKeysRevoke: Command = {
  name: 'api-keys revoke',
  summary: 'Revoke an API key, whoever it is of',
  description: 'Running servers refuse the tokens that were given for it within a second.',
  takes: ['<key-id>'],
  async run({ positionals: [id = ''], json }) {
    if (!isId(id)) throw new CommandError('The id of a key is needed, not the key itself.', exitCodes.usage)
    await withServices(async ({ db, apiKeys }) => {
      const found = await findKey(db, id)
      if (!found) throw new CommandError(`There is no API key ${id}.`)
      const { kind, account } = found.owner
      await apiKeys.revoke({ kind, id: account.id }, id, operator)
    })
    print({ revoked: id }, json, () => `${id} is revoked.`)
    return exitCodes.done
  },
}
