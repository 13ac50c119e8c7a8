import { randomBytes } from 'node:crypto'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import { administrator } from '../../accounts/service.ts'
import { createUser } from '../../features/import/create-user.ts'
import {
  type Command,
  CommandError,
  exitCodes,
  type Invocation,
  nameOf,
  print,
  requiredTextOf,
  textOf,
  textsOf,
} from '../command.ts'
import { readSecretInput } from '../read-secret-input.ts'
import { withServices } from '../with-services.ts'

export const usersCreate: Command = {
  name: 'users create',
  summary: 'Create a user, the first administrator for instance',
  description:
    'Without --password and --generate the password is asked for, or read from standard input. Other users of the machine can see the command line.',
  options: {
    email: { type: 'string', value: 'address', help: 'The e-mail address.' },
    password: { type: 'string', value: 'password', help: 'The password; better typed or piped in.' },
    generate: { type: 'boolean', help: 'Make a random password and print it.' },
    name: { type: 'string', value: 'name', help: 'The name.' },
    role: { type: 'string', multiple: true, value: 'name', help: 'A role to grant; may be repeated.' },
    admin: { type: 'boolean', help: 'Grant the role admin.' },
    verified: { type: 'boolean', help: 'The address is known to be theirs.' },
  },
  async run(invocation) {
    const { flags, json } = invocation
    const email = requiredTextOf(invocation, 'email')
    const given = textOf(invocation, 'name')
    const name = given === undefined ? null : nameOf(given, 200)
    const roles = [...(flags.admin === true ? [administrator] : []), ...textsOf(invocation, 'role')]
    // Before the password is asked for.
    requireEmailAddress(email)
    const password = await passwordOf(invocation)
    const emailVerified = flags.verified === true
    const user = await withServices((services) =>
      createUser(services, { email, password, name, roles, emailVerified }, 'command line'),
    )
    const generated = flags.generate === true ? { password } : {}
    print({ user, ...generated }, json, () =>
      [
        `Created ${user.email} (${user.id}).`,
        ...(flags.generate === true ? [`Password: ${password}`] : []),
      ].join('\n'),
    )
    return exitCodes.done
  },
}

async function passwordOf(invocation: Invocation): Promise<string> {
  const given = textOf(invocation, 'password')
  const generate = invocation.flags.generate === true
  if (given !== undefined && generate) {
    throw new CommandError('--password and --generate exclude each other.', exitCodes.usage)
  }
  // 128 bits, far too many to guess.
  const password = generate
    ? randomBytes(16).toString('base64url')
    : (given ?? (await readSecretInput('Password: ')))
  if (password === '') throw new CommandError('A password is needed: type it, pipe it in, or use --generate.')
  return password
}
