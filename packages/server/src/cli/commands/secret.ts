import { randomBytes } from 'node:crypto'
import { type Command, exitCodes, print } from '../command.ts'

export const secret: Command = {
  name: 'secret',
  summary: 'Print a new random secret',
  description:
    '32 random bytes for LATCHKEY_SECRET. To replace one that is in use, follow latchkey secret roll.',
  async run({ json }) {
    print({ secret: randomBytes(32).toString('base64url') }, json, ({ secret }) => secret)
    return exitCodes.done
  },
}
