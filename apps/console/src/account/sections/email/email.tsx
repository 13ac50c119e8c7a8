import { useEffect, useState } from 'react'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Field } from '../../../parts/field.tsx'
import { Card, focusHeading, SectionPage } from '../../../parts/section-page.tsx'
import type { EmailWords } from './words/en.ts'

export function Email() {
  const { t } = useLocale<EmailWords>()
  const user = useUser()
  const [asked, setAsked] = useState<string | null>(null)
  // The link in the mail opens in another tab: a user who comes back here sees its effect.
  useFreshUser(asked !== null || user?.emailVerified === false)
  if (!user) return null
  const pending = asked !== null && asked !== user.email ? asked : null

  return (
    <SectionPage title={t.email.title} intro={t.email.intro}>
      <Card>
        <p className="address">
          <strong>{user.email}</strong>
          <span className={user.emailVerified ? 'badge good' : 'badge'}>
            {user.emailVerified ? t.email.verified : t.email.unverified}
          </span>
        </p>
        {asked === user.email && <p role="status">{t.email.changed(user.email)}</p>}
      </Card>
      {!user.emailVerified && (
        <Card title={t.email.confirmTitle}>
          <CodeForm />
        </Card>
      )}
      {pending ? (
        <Card title={t.email.pendingTitle}>
          <div role="status">
            <p>{t.email.pending(pending)}</p>
            <p className="note">{t.email.pendingUndo}</p>
          </div>
          <div className="actions">
            <button
              type="button"
              className="secondary"
              onClick={() => {
                setAsked(null)
                focusHeading()
              }}
            >
              {t.email.other}
            </button>
          </div>
        </Card>
      ) : (
        <Card title={t.email.changeTitle}>
          <ChangeForm current={user.email} onAsked={setAsked} />
        </Card>
      )}
    </SectionPage>
  )
}

/** Reloads the user whenever somebody comes back to this page. */
function useFreshUser(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return undefined
    const refresh = () => void auth.renew()
    window.addEventListener('focus', refresh)
    return () => window.removeEventListener('focus', refresh)
  }, [wanted])
}

function CodeForm() {
  const { t } = useLocale<EmailWords>()
  const announce = useAnnounce()
  const [code, setCode] = useState('')
  const confirming = useAction(auth.account.verifyEmail)
  const sending = useAction(auth.account.sendVerification)
  const confirm = async () => {
    const { error } = await confirming.run({ code: code.replaceAll(/\D/g, '') })
    if (error) return
    announce(t.email.confirmed)
    focusHeading()
  }
  const send = async () => {
    const { error } = await sending.run()
    if (!error) announce(t.email.sent)
  }
  const isWrong = confirming.error?.code === 'challenge_invalid' || confirming.error?.code === 'invalid_input'

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void confirm()
      }}
    >
      <p>{t.email.confirmIntro}</p>
      {confirming.error && !isWrong && <ErrorNotice error={confirming.error} />}
      {sending.error && <ErrorNotice error={sending.error} />}
      <Field
        label={t.email.code}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        className="code"
        maxLength={12}
        value={code}
        fault={isWrong ? t.errors.challenge_invalid : null}
        onChange={({ target }) => setCode(target.value)}
      />
      <div className="actions">
        <button type="button" className="secondary" disabled={sending.pending} onClick={() => void send()}>
          {t.email.sendAgain}
        </button>
        <button disabled={confirming.pending}>{t.email.confirm}</button>
      </div>
    </form>
  )
}

function ChangeForm({ current, onAsked }: { current: string; onAsked(email: string): void }) {
  const { t } = useLocale<EmailWords>()
  const [email, setEmail] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const asking = useAction(auth.account.changeEmail)
  const ask = async () => {
    const wanted = email.trim()
    const fault = faultOf(wanted)
    setFault(fault)
    if (fault) return
    const { error } = await asking.run({ email: wanted })
    if (error) return
    onAsked(wanted)
    focusHeading()
  }
  /** Catches typing mistakes; the server decides. */
  const faultOf = (wanted: string): string | null => {
    if (!/^[^\s@]+@[^\s@]+$/.test(wanted)) return t.errors.invalid_email
    return wanted.toLowerCase() === current.toLowerCase() ? t.email.same : null
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void ask()
      }}
    >
      <p>{t.email.changeIntro(current)}</p>
      {asking.error && <ErrorNotice error={asking.error} />}
      <Field
        label={t.email.newEmail}
        name="email"
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={320}
        value={email}
        fault={fault}
        onChange={({ target }) => setEmail(target.value)}
      />
      <div className="actions">
        <button disabled={asking.pending}>{t.email.change}</button>
      </div>
    </form>
  )
}
