import { useEffect, useRef, useState } from 'react'
import { auth, useAction, useUser } from '../auth.ts'
import { useLocale } from '../locale/locale.tsx'
import { hasPasswords } from '../page-settings.ts'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { Field, PasswordField, UsernameHint } from './field.tsx'
import { useLoad } from './use-load.ts'

/**
 * Asks for the password again where the server wants a fresh sign-in (RFC 9470). The call that was refused goes on by
 * itself afterwards; closed, it is refused for good and says that nothing was done.
 */
export function StepUp() {
  const [asked, setAsked] = useState<((proven: boolean) => void) | null>(null)
  const pending = useRef<Promise<boolean> | null>(null)

  useEffect(
    () =>
      auth.on('step-up', ({ mfa }) => {
        // A password alone does not answer for a second factor.
        if (mfa) return false
        // Of two calls that ask at the same time, one answer serves both.
        pending.current ??= new Promise<boolean>((resolve) => setAsked(() => resolve)).finally(() => {
          pending.current = null
          setAsked(null)
        })
        return pending.current
      }),
    [],
  )
  return asked && <ProofDialog onAnswer={asked} />
}

/** By the password or, who has none, by a code. */
function ProofDialog({ onAnswer }: { onAnswer(proven: boolean): void }) {
  const { data: ways, error } = useLoad(auth.secondFactor.ways)
  // What cannot be asked now: most people have a password.
  if (!ways && !error && !hasPasswords) return null
  const codes = codeFactors.filter((factor) => ways?.some(({ name }) => name === factor))
  const hasPassword = ways === null ? hasPasswords : ways.some(({ name }) => name === 'password')
  return hasPassword || codes.length === 0 ? (
    <PasswordDialog onAnswer={onAnswer} />
  ) : (
    <CodeDialog factors={codes} onAnswer={onAnswer} />
  )
}

const codeFactors = ['email-code', 'sms-code'] as const
type CodeFactor = (typeof codeFactors)[number]

function CodeDialog({
  factors,
  onAnswer,
}: {
  factors: readonly CodeFactor[]
  onAnswer(proven: boolean): void
}) {
  const { t } = useLocale()
  const [code, setCode] = useState('')
  const [factor, setFactor] = useState<CodeFactor | null>(null)
  const sending = useAction(auth.secondFactor.beginStepUp)
  const proof = useAction(auth.secondFactor.stepUp)
  const ticket = sending.data?.ticket
  const isWrong = proof.error?.code === 'second_factor_invalid'
  const send = async (factor: CodeFactor) => {
    setFactor(factor)
    await sending.run({ factor })
  }
  const prove = async () => {
    if (factor === null || ticket === undefined) return
    const { error } = await proof.run({ factor, ticket, code: code.replaceAll(/\D/g, '') })
    if (!error) onAnswer(true)
  }

  return (
    <Dialog title={t.stepUp.title} onClose={() => onAnswer(false)}>
      <p>{t.stepUp.codeText}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void prove()
        }}
      >
        {sending.error && <ErrorNotice error={sending.error} />}
        {proof.error && !isWrong && <ErrorNotice error={proof.error} />}
        {ticket !== undefined && (
          <Field
            label={t.stepUp.code}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            className="code"
            maxLength={12}
            autoFocus
            value={code}
            fault={isWrong ? t.errors.second_factor_invalid : null}
            onChange={({ target }) => setCode(target.value)}
          />
        )}
        <div className="actions">
          <button type="button" className="secondary" onClick={() => onAnswer(false)}>
            {t.actions.cancel}
          </button>
          {ticket !== undefined ? (
            <button disabled={proof.pending}>{t.stepUp.confirm}</button>
          ) : (
            factors.map((each) => (
              <button key={each} type="button" disabled={sending.pending} onClick={() => void send(each)}>
                {each === 'email-code' ? t.stepUp.sendMail : t.stepUp.sendSms}
              </button>
            ))
          )}
        </div>
      </form>
    </Dialog>
  )
}

function PasswordDialog({ onAnswer }: { onAnswer(proven: boolean): void }) {
  const { t } = useLocale()
  const email = useUser()?.email ?? ''
  const [password, setPassword] = useState('')
  const proof = useAction(auth.password.stepUp)
  const prove = async () => {
    const { error } = await proof.run({ password })
    if (!error) onAnswer(true)
  }
  const isWrong = proof.error?.code === 'invalid_credentials'

  return (
    <Dialog title={t.stepUp.title} onClose={() => onAnswer(false)}>
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
          value={password}
          fault={isWrong ? t.errors.invalid_credentials : null}
          onChange={({ target }) => setPassword(target.value)}
        />
        <p>
          <a href="/forgot-password">{t.password.forgot}</a>
        </p>
        <div className="actions">
          <button type="button" className="secondary" onClick={() => onAnswer(false)}>
            {t.actions.cancel}
          </button>
          <button disabled={proof.pending}>{t.stepUp.confirm}</button>
        </div>
      </form>
    </Dialog>
  )
}
