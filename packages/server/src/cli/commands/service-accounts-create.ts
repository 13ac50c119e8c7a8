import { type Command, exitCodes, nameOf, print, textOf, textsOf } from '../command.ts'
import { withServices } from '../with-services.ts'

export const serviceAccountsCreate: Command = {
  name: 'service-accounts create',
  summary: 'Create a service account: a program with an identity of its own',
  description: 'It can do nothing until it has an API key: latchkey api-keys create.',
  takes: ['<name>'],
  options: {
    description: { type: 'string', value: 'text', help: 'What it is for.' },
    role: { type: 'string', multiple: true, value: 'name', help: 'A role to grant; may be repeated.' },
  },
  async run(invocation) {
    const name = nameOf(invocation.positionals[0] ?? '', 100)
    const description = textOf(invocation, 'description') ?? ''
    const roles = textsOf(invocation, 'role')
    const serviceAccount = await withServices(({ serviceAccounts }) =>
      serviceAccounts.create(null, { name, description, roles }),
    )
    print({ serviceAccount }, invocation.json, () => `Created ${name} (${serviceAccount.id}).`)
    return exitCodes.done
  },
}
