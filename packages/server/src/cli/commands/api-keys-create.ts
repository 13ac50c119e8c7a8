import { schemas } from '@latchkey/contract'
import { z } from 'zod'
import { sayIssue } from '../../core/request/say-issue.ts'
import { formatDuration, parseDuration } from '../../config/duration.ts'
import {
  type Command,
  CommandError,
  exitCodes,
  type Invocation,
  print,
  requiredTextOf,
  textOf,
  textsOf,
  usageError,
} from '../command.ts'
import { getKeyOwner, operator, ownerNamesOf, ownerOptions } from '../get-key-owner.ts'
import { withServices } from '../with-services.ts'

const input = z.strictObject(schemas.newApiKey)

export const apiKeysCreate: Command = {
  name: 'api-keys create',
  summary: 'Create an API key for a service account or a user, and print it this once',
  description: 'With --json it can be piped into a secret store. A user gets a mail.',
  options: {
    ...ownerOptions,
    name: { type: 'string', value: 'name', help: 'What it is for.' },
    scope: { type: 'string', multiple: true, value: 'scope', help: 'A scope; may be repeated.' },
    'expires-in': {
      type: 'string',
      value: 'time',
      help: 'How long it lives, such as 30d, or never; 90d unless given.',
    },
    'inherit-roles': { type: 'boolean', help: 'Tokens for it carry the roles of its owner.' },
    'requests-per-minute': { type: 'string', value: 'count', help: 'How often it may be presented.' },
  },
  async run(invocation) {
    const names = ownerNamesOf(invocation)
    const fields = fieldsOf(invocation)
    const created = await withServices(async (services) =>
      services.apiKeys.create(await getKeyOwner(services, names), fields, operator),
    )
    print(created, invocation.json, ({ key }) => key)
    return exitCodes.done
  },
}

function fieldsOf(invocation: Invocation): z.output<typeof input> {
  const most = textOf(invocation, 'requests-per-minute')
  const given = {
    name: requiredTextOf(invocation, 'name'),
    scopes: textsOf(invocation, 'scope'),
    expiresIn: secondsOf(textOf(invocation, 'expires-in')),
    inheritRoles: invocation.flags['inherit-roles'] === true,
    ...(most !== undefined && { requestsPerMinute: Number(most) }),
  }
  const { success, data, error } = input.safeParse(given, { error: sayIssue })
  if (success) return data
  throw usageError(error, {
    scopes: 'scope',
    expiresIn: 'expires-in',
    requestsPerMinute: 'requests-per-minute',
  })
}

function secondsOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  if (text === 'never') return null
  const time = parseDuration(text)
  if (Number.isNaN(time))
    throw new CommandError(
      `--expires-in must be like ${formatDuration(3_600_000)}, 30d or never.`,
      exitCodes.usage,
    )
  return time / 1000
}
