import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { withServices } from '../with-services.ts'

export const keysRetire: Command = {
  name: 'keys retire',
  summary: 'Take a signing key out of service at once',
  description:
    'For a key that may be known to somebody. Every access token it signed is refused within a second; sessions go on with their next refresh.',
  takes: ['<kid>'],
  async run({ positionals, json }) {
    const [kid = ''] = positionals
    await withServices(async ({ keys, audit }) => {
      const before = keys.list().find((key) => key.kid === kid)
      if (!before) throw new CommandError(`There is no key ${kid}. latchkey keys list shows those there are.`)
      if (before.state === 'retired') throw new CommandError(`The key ${kid} has been retired before.`)
      await keys.retire(kid)
      audit.record({ kind: 'key.retired', detail: { kid, by: 'command line' } })
    })
    print({ retired: kid }, json, () => `${kid} is retired; its tokens are refused.`)
    return exitCodes.done
  },
}
