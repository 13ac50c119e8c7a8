import { useEffect, useRef, useState } from 'react'
import { auth, useAction, useUser } from '../auth.ts'
import { useLocale } from '../locale/locale.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { PasswordField, UsernameHint } from './field.tsx'
import { PasskeyProof } from './passkey-proof.tsx'
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

/** Whatever the user has enrolled; any one will do. */
function ProofDialog({ onAnswer }: { onAnswer(proven: boolean): void }) {
  const { t } = useLocale()
  const { data: ways } = useLoad(auth.secondFactor.ways)
  const has = (way: string) => ways?.some(({ name }) => name === way) ?? false
  return (
    <Dialog title={t.stepUp.title} onClose={() => onAnswer(false)}>
      {has('passkey') && <PasskeyProof onProven={() => onAnswer(true)} />}
      {(!ways || has('password')) && <PasswordProof onAnswer={onAnswer} />}
    </Dialog>
  )
}

function PasswordProof({ onAnswer }: { onAnswer(proven: boolean): void }) {
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
    </>
  )
}
