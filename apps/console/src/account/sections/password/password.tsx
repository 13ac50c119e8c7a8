import { useState } from 'react'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { PasswordField, UsernameHint } from '../../../parts/field.tsx'
import { Card, SectionPage } from '../../../parts/section-page.tsx'
import type { PasswordWords } from './words/en.ts'

const shortest = 8

export function Password() {
  const { t } = useLocale<PasswordWords>()
  return (
    <SectionPage title={t.password.title} intro={t.password.intro}>
      <Card>
        <PasswordForm />
      </Card>
    </SectionPage>
  )
}

function PasswordForm() {
  const { t } = useLocale<PasswordWords>()
  const announce = useAnnounce()
  const email = useUser()?.email ?? ''
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const [isShort, setIsShort] = useState(false)
  const changing = useAction(auth.password.change)
  const change = async () => {
    const tooShort = Array.from(newPassword).length < shortest
    setIsShort(tooShort)
    if (tooShort) return
    const { error } = await changing.run({ currentPassword, newPassword })
    if (error) return
    setCurrent('')
    setNew('')
    announce(t.password.changed)
  }
  const code = changing.error?.code
  const ofField = code === 'invalid_credentials' || code === 'password_too_common'

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      {changing.error && !ofField && <ErrorNotice error={changing.error} />}
      <UsernameHint email={email} />
      <PasswordField
        label={t.password.current}
        name="currentPassword"
        autoComplete="current-password"
        value={currentPassword}
        fault={code === 'invalid_credentials' ? t.errors.invalid_credentials : null}
        onChange={({ target }) => setCurrent(target.value)}
      />
      <PasswordField
        label={t.password.next}
        name="newPassword"
        autoComplete="new-password"
        hint={t.password.hint}
        value={newPassword}
        fault={
          isShort ? t.password.tooShort : code === 'password_too_common' ? t.errors.password_too_common : null
        }
        onChange={({ target }) => setNew(target.value)}
      />
      <div className="actions">
        <a href="/forgot-password">{t.password.forgot}</a>
        <button disabled={changing.pending}>{t.password.change}</button>
      </div>
    </form>
  )
}
