import type { TotpOptions } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Field } from '../../../parts/field.tsx'
import type { SecondFactorsWords } from './words/en.ts'

export type Seed = TotpOptions & { ticket: string }

interface EnrolTotpProps {
  seed: Seed
  onEnrolled(recoveryCodes: string[] | null): void
  onClose(): void
}

/** Shows a seed, and asks for a code of it. Nothing counts before that. */
export function EnrolTotp({ seed, onEnrolled, onClose }: EnrolTotpProps) {
  const { t } = useLocale<SecondFactorsWords>()
  const [code, setCode] = useState('')
  const proof = useAction(auth.totp.verify)
  const prove = async () => {
    const { data } = await proof.run({ ticket: seed.ticket, code: code.replaceAll(/\s/g, '') })
    if (data) onEnrolled(data.recoveryCodes)
  }
  const failed = proof.error?.code
  const isWrong = failed === 'second_factor_invalid' || failed === 'invalid_input'

  return (
    <Dialog title={t.secondFactors.enrolTitle} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void prove()
        }}
      >
        {proof.error && !isWrong && <ErrorNotice error={proof.error} />}
        <p>{t.secondFactors.scan}</p>
        <img className="qr" src={seed.qr} width="220" height="220" alt={t.secondFactors.qr} />
        <p>
          <a href={seed.uri}>{t.secondFactors.open}</a>
        </p>
        <p>
          {t.secondFactors.type} <code className="secret">{seed.secret}</code>
        </p>
        <Field
          label={t.secondFactors.code}
          name="code"
          hint={t.secondFactors.codeHint}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={20}
          value={code}
          fault={isWrong ? t.errors.second_factor_invalid : null}
          onChange={({ target }) => setCode(target.value)}
        />
        <div className="actions">
          <button type="button" className="secondary" onClick={onClose}>
            {t.actions.cancel}
          </button>
          <button disabled={proof.pending}>{t.secondFactors.confirm}</button>
        </div>
      </form>
    </Dialog>
  )
}
