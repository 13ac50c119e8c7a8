import type { StepUpMethodProps } from './step-up-method.ts'
import type { StepUpMethod } from '@latchkey/client'
import { type ComponentType, useState } from 'react'
import { auth, useAction, useUser } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import type { Messages, StepUpMethodName } from '../base/locale/messages.ts'
import { ErrorNotice } from './error-notice.tsx'
import { Field, PasswordField, UsernameHint } from './field.tsx'
import { PasskeyStepUp } from './passkey-step-up.tsx'

/** Methods that are not a code to type. */
const views: Partial<Record<string, ComponentType<StepUpMethodProps>>> = {
  password: PasswordStepUp,
  passkey: PasskeyStepUp,
}

export const stepUpMethodView = ({ name }: StepUpMethod): ComponentType<StepUpMethodProps> =>
  views[name] ?? CodeStepUp

/** The name that people know; of an application’s own method the one it has. */
export const stepUpMethodName = (name: string, t: Messages): string =>
  Object.hasOwn(t.stepUp.methods, name) ? t.stepUp.methods[name as StepUpMethodName] : name

function PasswordStepUp({ onProven, onClose }: StepUpMethodProps) {
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

/** A code, after it was sent where the method sends one. */
function CodeStepUp({ method, onProven, onClose }: StepUpMethodProps) {
  const [ticket, setTicket] = useState<string | null>(null)
  if (method.asks && ticket === null) return <Ask method={method} onAsked={setTicket} onClose={onClose} />
  return <CodeForm method={method} ticket={ticket} onProven={onProven} onClose={onClose} />
}

/** Nothing is sent before somebody says so. */
function Ask({
  method: { name },
  onAsked,
  onClose,
}: Omit<StepUpMethodProps, 'onProven'> & { onAsked(ticket: string): void }) {
  const { t } = useLocale()
  const asking = useAction(auth.secondFactor.beginStepUp)
  const ask = async () => {
    const { data } = await asking.run({ factor: name })
    if (data) onAsked(data.ticket)
  }
  return (
    <>
      <p>{t.stepUp.askFor(stepUpMethodName(name, t))}</p>
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

function CodeForm({
  method: { name },
  ticket,
  onProven,
  onClose,
}: StepUpMethodProps & { ticket: string | null }) {
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
        label={stepUpMethodName(name, t)}
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
