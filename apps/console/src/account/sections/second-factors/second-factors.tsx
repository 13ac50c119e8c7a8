import type { SecondFactors as Listed } from '@latchkey/client'
import { useRef, useState } from 'react'
import { auth, useAction } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Card, focusHeading, SectionPage } from '../../../parts/section-page.tsx'
import { useLoad } from '../../../parts/use-load.ts'
import { EnrolTotp, type Seed } from './enrol-totp.tsx'
import { ShownCodes } from './shown-codes.tsx'
import { TrustedDevices } from './trusted-devices.tsx'
import type { SecondFactorsWords } from './words/en.ts'

type Asked = { what: 'remove' | 'renew' } | { what: 'enrol'; seed: Seed } | { what: 'show'; codes: string[] }

export function SecondFactors() {
  const { t } = useLocale<SecondFactorsWords>()
  const announce = useAnnounce()
  const { data, error, reload } = useLoad(auth.secondFactor.list)
  const [asked, setAsked] = useState<Asked | null>(null)
  const beginning = useAction(auth.totp.options)
  const close = () => setAsked(null)

  const begin = async () => {
    const { data: seed } = await beginning.run()
    if (seed) setAsked({ what: 'enrol', seed })
  }
  const enrolled = (codes: string[] | null) => {
    announce(t.secondFactors.enrolled)
    setAsked(codes && { what: 'show', codes })
    reload()
  }
  const removed = () => {
    close()
    announce(t.secondFactors.removed)
    // The button that was pressed goes away with the app.
    focusHeading()
    reload()
  }

  return (
    <SectionPage title={t.secondFactors.title} intro={t.secondFactors.intro}>
      <Loading of={data} error={error} reload={reload} />
      {data && <Missing listed={data} />}
      {beginning.error && <ErrorNotice error={beginning.error} />}
      {data && (
        <AppCard
          listed={data}
          isBusy={beginning.pending}
          onSetUp={() => void begin()}
          onRemove={() => setAsked({ what: 'remove' })}
        />
      )}
      {data && hasAny(data) && <CodesCard listed={data} onRenew={() => setAsked({ what: 'renew' })} />}
      {data && hasAny(data) && <TrustedDevices devices={data.trustedDevices} onChanged={reload} />}
      {asked?.what === 'enrol' && <EnrolTotp seed={asked.seed} onEnrolled={enrolled} onClose={close} />}
      {asked?.what === 'remove' && (
        <Confirm
          title={t.secondFactors.removeTitle}
          text={t.secondFactors.removeText}
          action={t.secondFactors.remove}
          run={auth.totp.remove}
          onDone={removed}
          onClose={close}
        />
      )}
      {asked?.what === 'renew' && (
        <Renew
          onRenewed={(codes) => {
            setAsked({ what: 'show', codes })
            reload()
          }}
          onClose={close}
        />
      )}
      {asked?.what === 'show' && <ShownCodes codes={asked.codes} onClose={close} />}
    </SectionPage>
  )
}

const find = ({ factors }: Listed, name: string) => factors.find((factor) => factor.name === name)

/** True if there is a factor that recovery codes and trust could replace. */
const hasAny = ({ factors }: Listed): boolean => factors.some(({ isBackup }) => !isBackup)

function Missing({ listed }: { listed: Listed }) {
  const { t } = useLocale<SecondFactorsWords>()
  if (!listed.required || hasAny(listed)) return null
  return <p className="notice">{t.secondFactors.missing}</p>
}

interface AppCardProps {
  listed: Listed
  isBusy: boolean
  onSetUp(): void
  onRemove(): void
}

function AppCard({ listed, isBusy, onSetUp, onRemove }: AppCardProps) {
  const { t, format } = useLocale<SecondFactorsWords>()
  const app = find(listed, 'totp')
  // If a second factor is required, the last one can be replaced but not removed.
  const isNeeded = listed.required && listed.factors.filter(({ isBackup }) => !isBackup).length === 1
  return (
    <Card title={t.secondFactors.app}>
      {app ? (
        <p>
          <span className="badge good">{t.secondFactors.on}</span>{' '}
          {app.since && t.secondFactors.since(format.date(app.since))}
        </p>
      ) : (
        <p>{t.secondFactors.appText}</p>
      )}
      <div className="actions">
        {app && !isNeeded && (
          <button type="button" className="danger-outline" onClick={onRemove}>
            {t.secondFactors.remove}
          </button>
        )}
        <button type="button" className={app ? 'secondary' : undefined} disabled={isBusy} onClick={onSetUp}>
          {app ? t.secondFactors.replace : t.secondFactors.setUp}
        </button>
      </div>
    </Card>
  )
}

function CodesCard({ listed, onRenew }: { listed: Listed; onRenew(): void }) {
  const { t } = useLocale<SecondFactorsWords>()
  const left = find(listed, 'recovery-code')?.left ?? 0
  return (
    <Card title={t.secondFactors.codes}>
      <p>{t.secondFactors.codesText}</p>
      <p>
        <strong>{t.secondFactors.left(left)}</strong>
      </p>
      <div className="actions">
        <button type="button" className="secondary" onClick={onRenew}>
          {t.secondFactors.renew}
        </button>
      </div>
    </Card>
  )
}

function Renew({ onRenewed, onClose }: { onRenewed(codes: string[]): void; onClose(): void }) {
  const { t } = useLocale<SecondFactorsWords>()
  const made = useRef<string[]>([])
  const renew = async () => {
    const result = await auth.recoveryCodes.renew()
    made.current = result.data ?? []
    return result
  }
  return (
    <Confirm
      title={t.secondFactors.renewTitle}
      text={t.secondFactors.renewText}
      action={t.secondFactors.renew}
      run={renew}
      onDone={() => onRenewed(made.current)}
      onClose={onClose}
    />
  )
}
