import type { WayProps } from './way-props.ts'
import type { StepUpWay } from '@latchkey/client'
import { type ComponentType, useState } from 'react'
import { auth, useAction, useUser } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import type { Messages, WayName } from '../base/locale/messages.ts'
import { ErrorNotice } from './error-notice.tsx'
import { Field, PasswordField, UsernameHint } from './field.tsx'
import { PasskeyWay } from './passkey-way.tsx'

/** Ways that are not a code to type. */
const views: Partial<Record<string, ComponentType<WayProps>>> = {
  password: PasswordWay,
  passkey: PasskeyWay,
}

export const wayView = ({ name }: StepUpWay): ComponentType<WayProps> => views[name] ?? CodeWay

/** What people call a way; of an application's own method its name. */
export const wayName = (name: string, t: Messages): string =>
  Object.hasOwn(t.stepUp.ways, name) ? t.stepUp.ways[name as WayName] : name

function PasswordWay({ onProven, onClose }: WayProps) {
  const { t } = useLocale()
  const email = useUser()?.email ?? ''
  const [password, setPassword] = useState('')
  const proof = useAction(auth.password.stepUp)
  const prove = async () => {
    const { error } = await proof.run({ password })
    if (!error) onProven()
  }
  const isWrong = proof.error?.code === 'invalid_credentials'

  return (
    <>
      <p>{t.stepUp.text}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void prove()
        }}
      >
        {proof.error && !isWrong && <ErrorNotice error={proof.error} />}
        <UsernameHint email={email} />
        <PasswordField
          label={t.stepUp.password}
          name="password"
          autoComplete="current-password"
          required
          autoFocus
          value={password}
          fault={isWrong ? t.errors.invalid_credentials : null}
          onChange={({ target }) => setPassword(target.value)}
        />
        <p>
          <a href="/forgot-password">{t.password.forgot}</a>
        </p>
        <Buttons disabled={proof.pending} onClose={onClose} />
      </form>
    </>
  )
}

/** A code, after it was sent where the way sends one. */
function CodeWay({ way, onProven, onClose }: WayProps) {
  const [ticket, setTicket] = useState<string | null>(null)
  if (way.asks && ticket === null) return <Ask way={way} onAsked={setTicket} onClose={onClose} />
  return <CodeForm way={way} ticket={ticket} onProven={onProven} onClose={onClose} />
}

/** Nothing is sent before somebody says so. */
function Ask({
  way: { name },
  onAsked,
  onClose,
}: Omit<WayProps, 'onProven'> & { onAsked(ticket: string): void }) {
  const { t } = useLocale()
  const asking = useAction(auth.secondFactor.beginStepUp)
  const ask = async () => {
    const { data } = await asking.run({ factor: name })
    if (data) onAsked(data.ticket)
  }
  return (
    <>
      <p>{t.stepUp.askFor(wayName(name, t))}</p>
      {asking.error && <ErrorNotice error={asking.error} />}
      <div className="actions">
        <button type="button" className="secondary" onClick={onClose}>
          {t.actions.cancel}
        </button>
        <button type="button" disabled={asking.pending} onClick={() => void ask()}>
          {t.stepUp.send}
        </button>
      </div>
    </>
  )
}

function CodeForm({ way: { name }, ticket, onProven, onClose }: WayProps & { ticket: string | null }) {
  const { t } = useLocale()
  const [code, setCode] = useState('')
  const proof = useAction(auth.secondFactor.stepUp)
  const prove = async () => {
    const answer = { factor: name, code: code.trim() }
    const { error } = await proof.run(ticket === null ? answer : { ...answer, ticket })
    if (!error) onProven()
  }
  const isWrong = proof.error?.code === 'second_factor_invalid'

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void prove()
      }}
    >
      {proof.error && !isWrong && <ErrorNotice error={proof.error} />}
      <Field
        label={wayName(name, t)}
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        required
        autoFocus
        value={code}
        fault={isWrong ? t.errors.second_factor_invalid : null}
        onChange={({ target }) => setCode(target.value)}
      />
      <Buttons disabled={proof.pending} onClose={onClose} />
    </form>
  )
}

function Buttons({ disabled, onClose }: { disabled: boolean; onClose(): void }) {
  const { t } = useLocale()
  return (
    <div className="actions">
      <button type="button" className="secondary" onClick={onClose}>
        {t.actions.cancel}
      </button>
      <button disabled={disabled}>{t.stepUp.confirm}</button>
    </div>
  )
}
