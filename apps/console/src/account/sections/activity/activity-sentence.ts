import type { ActivityEvent } from '@latchkey/client'
import type { ActivityWords } from './words/en.ts'

type EventName = keyof ActivityWords['events']

/** Returns an event as a sentence; the kind's name if this application does not know it yet. */
export function activitySentence({ kind, detail }: ActivityEvent, t: ActivityWords): string {
  const name = kind === 'session.ended' ? endingOf(detail) : kind
  return Object.hasOwn(t.events, name) ? t.events[name as EventName] : t.activity.unknown(kind)
}

/** Returns the actor, if it was not the user. */
export function activityActor({ userId, actorId, detail }: ActivityEvent, t: ActivityWords): string | null {
  if (actorId !== null && actorId !== userId) return t.activity.byAdministrator
  return detail['by'] === undefined ? null : t.activity.byOperator
}

function endingOf({ reason, scope }: ActivityEvent['detail']): EventName {
  if (reason === 'replaced') return 'session.ended.replaced'
  if (reason !== 'logout') return 'session.ended'
  if (scope === 'others') return 'session.ended.others'
  return scope === 'all' ? 'session.ended.all' : 'session.ended.logout'
}
