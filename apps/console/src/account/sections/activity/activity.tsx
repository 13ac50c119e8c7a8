import type { ActivityEvent } from '@latchkey/client'
import { auth } from '../../../base/auth.ts'
import type { Format } from '../../../base/locale/format.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { ShowMore } from '../../../parts/show-more.tsx'
import { deviceName } from '../../../parts/device-name.ts'
import { Card, SectionPage } from '../../../parts/section-page.tsx'
import { usePages } from '../../../parts/use-pages.ts'
import { activityActor, activitySentence } from './activity-sentence.ts'
import type { ActivityWords } from './words/en.ts'

const limit = 20

export function Activity() {
  const { t, format } = useLocale<ActivityWords>()
  const pages = usePages(auth.account.activity, limit)
  const { items, error, reload, hasMore, isContinued } = pages
  const events = items ?? []

  return (
    <SectionPage title={t.activity.title} intro={t.activity.intro}>
      <Loading of={items} error={error} reload={reload} />
      {items?.length === 0 && (
        <Card>
          <p className="empty">{t.activity.empty}</p>
        </Card>
      )}
      {daysOf(events, format).map(([day, events]) => (
        <Card key={day} title={day}>
          <ol className="events">
            {events.map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </ol>
        </Card>
      ))}
      <ShowMore pages={pages} />
      {events.length > 0 && !hasMore && (
        // The button that was pressed has gone.
        <p className="note" tabIndex={-1} ref={isContinued ? focusOn : null}>
          {t.activity.end}
        </p>
      )}
    </SectionPage>
  )
}

const focusOn = (element: HTMLElement | null): void => element?.focus()

function EventRow({ event }: { event: ActivityEvent }) {
  const { t, format } = useLocale<ActivityWords>()
  const where = [
    activityActor(event, t),
    event.device && deviceName(event.device, t),
    event.ip && t.device.from(event.ip),
  ].filter(Boolean)
  return (
    <li>
      <time dateTime={event.at}>{format.time(event.at)}</time>
      <div>
        <p>{activitySentence(event, t)}</p>
        {where.length > 0 && <p className="note">{where.join(' · ')}</p>}
      </div>
    </li>
  )
}

/** In the order they came, under the day on which they happened here. */
function daysOf(events: readonly ActivityEvent[], format: Format): [string, ActivityEvent[]][] {
  const days = new Map<string, ActivityEvent[]>()
  for (const event of events) {
    const day = format.date(event.at)
    days.set(day, [...(days.get(day) ?? []), event])
  }
  return [...days]
}
