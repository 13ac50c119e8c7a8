import { createWitness } from '../../core/revocations/witness.ts'
import type { Services } from '../../services/create-services.ts'
import { type Command, CommandError, exitCodes, print, requiredTextOf } from '../command.ts'
import { withServices } from '../with-services.ts'

export const sessionsRevokeBefore: Command = {
  name: 'sessions revoke-before',
  summary: 'End every session that was started before a moment, after a restore',
  description:
    'A backup knows nothing of what was revoked after it was made: a session that was ended then would live again, and so would an API key. Give the time of the restore; everybody who was signed in before signs in anew. Keys are ended only when asked for, because programs cannot sign in anew: somebody has to give each a new key.',
  options: {
    before: { type: 'string', value: 'time', help: 'Such as 2026-11-21T09:30:00Z, or now.' },
    'api-keys': { type: 'boolean', help: 'Revoke every API key that was made before it as well.' },
  },
  async run(invocation) {
    const before = parseTime(requiredTextOf(invocation, 'before'))
    const withKeys = invocation.flags['api-keys'] === true
    const { ended, keys } = await withServices(async (services) => ({
      ended: await revokeSessionsBefore(services, before),
      keys: withKeys
        ? await revokeKeysBefore(services, before)
        : await services.apiKeys.countBefore(before.getTime()),
    }))
    const at = before.toISOString()
    const told = { before: at, ended, [withKeys ? 'endedApiKeys' : 'liveApiKeys']: keys }
    print(told, invocation.json, () =>
      [
        `${ended} ${ended === 1 ? 'session' : 'sessions'} from before ${at} ended.`,
        ...(withKeys ? [`${countOfKeys(keys)} from before it revoked.`] : []),
        ...(!withKeys && keys > 0
          ? [`${countOfKeys(keys)} from before it left alive: --api-keys revokes them.`]
          : []),
      ].join('\n'),
    )
    return exitCodes.done
  },
}

/** Ends every session that was started before, which settles what the witness misses. Returns how many. */
export async function revokeSessionsBefore(
  { db, config, sessions, audit }: Pick<Services, 'db' | 'config' | 'sessions' | 'audit'>,
  before: Date,
): Promise<number> {
  const count = await sessions.revokeBefore(before.getTime())
  audit.record({ kind: 'session.ended', detail: detailOf(before, count) })
  await createWitness(db, config).settle(before.getTime())
  return count
}

async function revokeKeysBefore(
  { apiKeys, audit }: Pick<Services, 'apiKeys' | 'audit'>,
  before: Date,
): Promise<number> {
  const count = await apiKeys.revokeBefore(before.getTime())
  audit.record({ kind: 'api_key.revoked', detail: detailOf(before, count) })
  return count
}

const detailOf = (before: Date, count: number) => ({
  reason: 'database_restored',
  before: before.toISOString(),
  count,
  by: 'command line',
})

const countOfKeys = (count: number): string => `${count} API ${count === 1 ? 'key' : 'keys'}`

/** Requires a zone: a local time would mean another moment on another machine. */
function parseTime(text: string): Date {
  if (text === 'now') return new Date()
  const time = new Date(text)
  if (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(time.getTime())
  )
    return time
  throw new CommandError(
    '--before must be a time with its zone, such as 2026-11-21T09:30:00Z, or now.',
    exitCodes.usage,
  )
}
