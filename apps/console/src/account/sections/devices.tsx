import type { Device } from '@latchkey/client'
import { useEffect, useRef, useState } from 'react'
import { auth } from '../../base/auth.ts'
import { useLocale } from '../../base/locale/locale.tsx'
import { useAnnounce } from '../../parts/announcer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { deviceName } from '../../parts/device-name.ts'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { SectionPage } from '../../parts/section-page.tsx'
import { usePages } from '../../parts/use-pages.ts'

const limit = 50

export function Devices() {
  const { t } = useLocale()
  const announce = useAnnounce()
  const { items, error, reload, hasMore, showMore, loadingMore } = usePages(auth.account.devices, limit)
  const devices = items?.toSorted((a, b) => b.lastUsedAt.localeCompare(a.lastUsedAt))
  const [ending, setEnding] = useState<Device | 'others' | null>(null)
  const list = useRef<HTMLUListElement>(null)
  const hasEnded = useRef(false)

  const done = (sentence: string) => {
    hasEnded.current = true
    setEnding(null)
    announce(sentence)
    reload()
  }

  useEffect(() => {
    // The button that was pressed has gone away with its device.
    if (hasEnded.current) list.current?.focus()
    hasEnded.current = false
  }, [items])

  return (
    <SectionPage title={t.devices.title} intro={t.devices.intro}>
      {error && <ErrorNotice error={error} onRetry={reload} />}
      {!devices && !error && <p role="status">{t.shell.loading}</p>}
      {devices && (
        <ul className="card list" ref={list} tabIndex={-1} aria-label={t.devices.title}>
          {devices.map((device) => (
            <DeviceRow key={device.id} device={device} onEnd={() => setEnding(device)} />
          ))}
        </ul>
      )}
      {loadingMore.error && <ErrorNotice error={loadingMore.error} />}
      {hasMore && (
        <div className="actions">
          <button type="button" className="secondary" disabled={loadingMore.pending} onClick={showMore}>
            {t.actions.showMore}
          </button>
        </div>
      )}
      {devices && devices.length > 1 && (
        <div className="actions">
          <button type="button" className="danger-outline" onClick={() => setEnding('others')}>
            {t.devices.endOthers}
          </button>
        </div>
      )}
      {devices?.length === 1 && <p className="note">{t.devices.alone}</p>}
      {ending === 'others' && (
        <Confirm
          title={t.devices.endOthersTitle}
          text={t.devices.endOthersText}
          action={t.devices.endOthers}
          run={() => auth.logout({ scope: 'others' })}
          onDone={() => done(t.devices.endedOthers)}
          onClose={() => setEnding(null)}
        />
      )}
      {ending && ending !== 'others' && (
        <Confirm
          title={t.devices.endTitle(deviceName(ending.label, t))}
          text={t.devices.endText}
          action={t.devices.end}
          run={() => auth.account.endDevice(ending.id)}
          onDone={() => done(t.devices.ended(deviceName(ending.label, t)))}
          onClose={() => setEnding(null)}
        />
      )}
    </SectionPage>
  )
}

function DeviceRow({ device, onEnd }: { device: Device; onEnd(): void }) {
  const { t, format } = useLocale()
  const name = deviceName(device.label, t)
  return (
    <li className="row">
      <div>
        <h2>
          {name}
          {device.current && <span className="badge good">{t.devices.current}</span>}
        </h2>
        <p>
          {t.devices.lastUsed(format.ago(device.lastUsedAt))}
          {device.ip && ` ${t.devices.from(device.ip)}`}
        </p>
        <p>{t.devices.since(format.date(device.createdAt))}</p>
        {device.binding && <p>{t.devices.bound}</p>}
      </div>
      {!device.current && (
        <button type="button" className="secondary" aria-label={t.devices.endNamed(name)} onClick={onEnd}>
          {t.devices.end}
        </button>
      )}
    </li>
  )
}
