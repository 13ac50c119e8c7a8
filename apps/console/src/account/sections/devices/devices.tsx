import type { Device } from '@latchkey/client'
import { useState } from 'react'
import { auth } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { ShowMore } from '../../../parts/show-more.tsx'
import { useFocusAfterLoss } from '../../../parts/use-focus-after-loss.ts'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { deviceName } from '../../../parts/device-name.ts'
import { RowAction } from '../../../parts/row-action.tsx'
import { SectionPage } from '../../../parts/section-page.tsx'
import { usePages } from '../../../parts/use-pages.ts'
import type { DevicesWords } from './words/en.ts'

const limit = 50

export function Devices() {
  const { t } = useLocale<DevicesWords>()
  const announce = useAnnounce()
  const pages = usePages(auth.account.devices, limit)
  const { items, error, reload } = pages
  const devices = items?.toSorted((a, b) => b.lastUsedAt.localeCompare(a.lastUsedAt))
  const [ending, setEnding] = useState<Device | 'others' | null>(null)
  const { list, lose } = useFocusAfterLoss<HTMLUListElement>(items)

  const done = (sentence: string) => {
    lose()
    setEnding(null)
    announce(sentence)
    reload()
  }

  return (
    <SectionPage title={t.devices.title} intro={t.devices.intro}>
      <Loading of={devices} error={error} reload={reload} />
      {devices && (
        <ul className="card list" ref={list} tabIndex={-1} aria-label={t.devices.title}>
          {devices.map((device) => (
            <DeviceRow key={device.id} device={device} onEnd={() => setEnding(device)} />
          ))}
        </ul>
      )}
      <ShowMore pages={pages} />
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
  const { t, format } = useLocale<DevicesWords>()
  const name = deviceName(device.label, t)
  return (
    <li className="row">
      <div>
        <h2>
          {name}
          {device.current && <span className="badge good">{t.devices.current}</span>}
        </h2>
        <p>
          {t.device.lastUsed(format.ago(device.lastUsedAt))}
          {device.ip && ` ${t.device.from(device.ip)}`}
        </p>
        <p>{t.devices.since(format.date(device.createdAt))}</p>
        {device.binding && <p>{t.devices.bound}</p>}
      </div>
      {!device.current && <RowAction text={t.devices.end} named={t.devices.endNamed(name)} onClick={onEnd} />}
    </li>
  )
}
