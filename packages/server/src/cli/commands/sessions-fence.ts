import { type Command, CommandError, exitCodes, print, requiredTextOf } from '../command.ts'
import { withParts } from '../with-parts.ts'

export const sessionsFence: Command = {
  name: 'sessions fence',
  summary: 'End every session that was started before a moment, after a restore',
  description:
    'A backup knows nothing of what was revoked after it was made: a session that was ended then would live again. Give the time of the restore; whoever was signed in before signs in anew.',
  options: {
    before: { type: 'string', value: 'time', help: 'Such as 2026-11-21T09:30:00Z, or now.' },
  },
  async run(invocation) {
    const before = parseTime(requiredTextOf(invocation, 'before'))
    const ended = await withParts(async ({ sessions, audit }) => {
      const count = await sessions.fence(before.getTime())
      const detail = {
        reason: 'fenced_after_restore',
        before: before.toISOString(),
        count,
        by: 'command line',
      }
      audit.record({ kind: 'session.ended', detail })
      return count
    })
    print({ before: before.toISOString(), ended }, invocation.json, () => {
      return `${ended} ${ended === 1 ? 'session' : 'sessions'} from before ${before.toISOString()} ended.`
    })
    return exitCodes.done
  },
}

/** With a zone: a local time would mean another moment on another machine. */
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
