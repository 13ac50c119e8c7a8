import { useState } from 'react'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { PasswordField, UsernameHint } from '../../../parts/field.tsx'
import { StepUpButtons } from '../../../parts/step-up-buttons.tsx'
import type { StepUpMethodProps } from '../../../parts/step-up-method.ts'
import type { PasswordWords } from './words/en.ts'

export function PasswordStepUp({ onProven, onClose }: StepUpMethodProps) {
  const { t } = useLocale<PasswordWords>()
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
      <p>{t.password.stepUpText}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void prove()
        }}
      >
        {proof.error && !isWrong && <ErrorNotice error={proof.error} />}
        <UsernameHint email={email} />
        <PasswordField
          label={t.password.stepUpField}
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
        <StepUpButtons disabled={proof.pending} onClose={onClose} />
      </form>
    </>
  )
}
