import { type Command, exitCodes, print } from '../command.ts'
import { withServices } from '../with-services.ts'
import { listKeys } from './keys-list.ts'

export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Let the next signing key take over',
  description:
    'Signs nobody out: tokens of the old key stay valid until they expire. A new key signs once it has been published for five minutes.',
  async run({ json }) {
    const keys = await withServices(async (services) => {
      await services.keys.ensure()
      await services.keys.rotate()
      services.audit.record({ kind: 'key.rotated', detail: { by: 'command line' } })
      return listKeys(services)
    })
    const current = keys.find(({ state }) => state === 'current')
    print({ keys }, json, () => `${current?.kid ?? 'No key'} is the current key now.`)
    return exitCodes.done
  },
}
