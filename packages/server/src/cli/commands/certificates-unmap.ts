import { isId } from '@latchkey/contract'
import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { operator } from '../get-key-owner.ts'
import { withServices } from '../with-services.ts'

export const certificatesUnmap: Command = {
  name: 'certificates unmap',
  summary: 'Remove a certificate mapping, whoever it is of',
  description: 'Running servers refuse the tokens that were given for its certificates within a second.',
  takes: ['<mapping-id>'],
  async run({ positionals: [id = ''], json }) {
    if (!isId(id)) throw new CommandError('The id of a mapping is needed.', exitCodes.usage)
    await withServices(async ({ mutualTls }) => {
      const owner = await mutualTls.ownerOf(id)
      if (owner === null) throw new CommandError(`There is no certificate mapping ${id}.`)
      await mutualTls.remove(owner, id, operator)
    })
    print({ removed: id }, json, () => `${id} is removed.`)
    return exitCodes.done
  },
}
