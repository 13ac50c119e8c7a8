import type { Phone, Result } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Card, focusHeading, SectionPage } from '../../../parts/section-page.tsx'
import { useLoad } from '../../../parts/use-load.ts'
import { type AddedPhone, AddPhone } from './add-phone.tsx'
import type { CodesWords } from './words/en.ts'

/** The phone number, and the codes that are required as a second factor. */
export function Codes() {
  const { t } = useLocale<CodesWords>()
  return (
    <SectionPage title={t.codes.title} intro={t.codes.intro}>
      <PhoneCard />
      <MailCard />
    </SectionPage>
  )
}

function PhoneCard() {
  const { t } = useLocale<CodesWords>()
  const announce = useAnnounce()
  const { data: phone, error, reload } = useLoad(auth.phone.get)
  const [isAdding, setIsAdding] = useState(false)
  const [isRemoving, setIsRemoving] = useState(false)
  const [loaded, setLoaded] = useState<AddedPhone | null>(null)
  // Without a way to send messages there are no numbers.
  if (error?.code === 'not_found') return null
  const shown = loaded === null ? phone : loaded.phone

  const changed = (phone: Phone | null, said: string) => {
    setLoaded({ phone })
    setIsAdding(false)
    setIsRemoving(false)
    announce(said)
    focusHeading()
  }

  return (
    <Card title={t.codes.phoneTitle}>
      {error && <ErrorNotice error={error} onRetry={reload} />}
      <p>{t.codes.phoneText}</p>
      {shown && !isAdding && (
        <>
          <p className="address">
            <strong>{shown.number}</strong>
            <span className="badge good">{t.codes.verified}</span>
          </p>
          <FactorSwitch
            label={t.codes.smsFactor}
            isOn={shown.secondFactor}
            run={auth.phone.setSecondFactor}
            onDone={(secondFactor) => changed({ ...shown, secondFactor }, t.codes.saved)}
          />
        </>
      )}
      {isAdding ? (
        <AddPhone onAdded={(phone) => changed(phone, t.codes.added)} onClose={() => setIsAdding(false)} />
      ) : (
        <div className="actions">
          {shown && (
            <button type="button" className="secondary" onClick={() => setIsRemoving(true)}>
              {t.codes.remove}
            </button>
          )}
          <button type="button" onClick={() => setIsAdding(true)}>
            {shown ? t.codes.change : t.codes.add}
          </button>
        </div>
      )}
      {isRemoving && (
        <Confirm
          title={t.codes.removeTitle}
          text={t.codes.removeText}
          action={t.codes.remove}
          run={auth.phone.remove}
          onDone={() => changed(null, t.codes.removed)}
          onClose={() => setIsRemoving(false)}
        />
      )}
    </Card>
  )
}

function MailCard() {
  const { t } = useLocale<CodesWords>()
  const announce = useAnnounce()
  const user = useUser()
  const { data, error, reload } = useLoad(auth.emailCode.secondFactor)
  const [chosen, setChosen] = useState<boolean | null>(null)
  const isOn = chosen ?? data
  return (
    <Card title={t.codes.mailTitle}>
      <p>{t.codes.mailText}</p>
      {error && <ErrorNotice error={error} onRetry={reload} />}
      {isOn !== null && user?.emailVerified && (
        <FactorSwitch
          label={t.codes.mailFactor}
          isOn={isOn}
          run={auth.emailCode.setSecondFactor}
          onDone={(isWanted) => {
            setChosen(isWanted)
            announce(t.codes.saved)
          }}
        />
      )}
      {user?.emailVerified === false && <p className="note">{t.errors.email_unverified}</p>}
    </Card>
  )
}

interface FactorSwitchProps {
  label: string
  isOn: boolean
  run(isWanted: boolean): Promise<Result<unknown, string>>
  onDone(isOn: boolean): void
}

function FactorSwitch({ label, isOn, run, onDone }: FactorSwitchProps) {
  const changing = useAction(run)
  const change = async (isWanted: boolean) => {
    const { error } = await changing.run(isWanted)
    if (!error) onDone(isWanted)
  }
  return (
    <>
      {changing.error && <ErrorNotice error={changing.error} />}
      <label className="choice">
        <input
          type="checkbox"
          checked={isOn}
          disabled={changing.pending}
          onChange={({ target }) => void change(target.checked)}
        />
        <span>{label}</span>
      </label>
    </>
  )
}
