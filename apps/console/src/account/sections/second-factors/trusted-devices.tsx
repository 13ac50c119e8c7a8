import type { TrustedDevice } from '@latchkey/client'
import { useState } from 'react'
import { auth } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { deviceName } from '../../../parts/device-name.ts'
import { RowAction } from '../../../parts/row-action.tsx'
import { Card, focusHeading } from '../../../parts/section-page.tsx'
import type { SecondFactorsWords } from './words/en.ts'

/** Browsers that are not asked for the second factor. */
export function TrustedDevices({ devices, onChanged }: { devices: TrustedDevice[]; onChanged(): void }) {
  const { t, format } = useLocale<SecondFactorsWords>()
  const announce = useAnnounce()
  const [ending, setEnding] = useState<TrustedDevice | null>(null)
  const ended = (name: string) => {
    setEnding(null)
    announce(t.secondFactors.trustEnded(name))
    focusHeading()
    onChanged()
  }

  return (
    <Card title={t.secondFactors.trusted}>
      <p>{t.secondFactors.trustedText}</p>
      {devices.length === 0 && <p className="note">{t.secondFactors.noneTrusted}</p>}
      {devices.length > 0 && (
        <ul className="list">
          {devices.map((device) => {
            const name = deviceName(device.label, t)
            return (
              <li className="row" key={device.id}>
                <div>
                  <h3>{name}</h3>
                  <p>
                    {t.device.lastUsed(format.ago(device.lastUsedAt))}
                    {' · '}
                    {t.secondFactors.until(format.date(device.expiresAt))}
                  </p>
                </div>
                <RowAction
                  text={t.secondFactors.endTrust}
                  named={t.secondFactors.endTrustNamed(name)}
                  onClick={() => setEnding(device)}
                />
              </li>
            )
          })}
        </ul>
      )}
      {ending && (
        <Confirm
          title={t.secondFactors.endTrustNamed(deviceName(ending.label, t))}
          text={t.secondFactors.endTrustText}
          action={t.secondFactors.endTrust}
          run={() => auth.secondFactor.endTrust(ending.id)}
          onDone={() => ended(deviceName(ending.label, t))}
          onClose={() => setEnding(null)}
        />
      )}
    </Card>
  )
}
