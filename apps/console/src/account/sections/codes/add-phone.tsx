import type { Phone } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Field } from '../../../parts/field.tsx'
import type { CodesWords } from './words/en.ts'

export interface AddedPhone {
  phone: Phone | null
}

/** First the number, then the code that was sent to it. */
export function AddPhone({ onAdded, onClose }: { onAdded(phone: Phone): void; onClose(): void }) {
  const { t } = useLocale<CodesWords>()
  const [number, setNumber] = useState('')
  const [code, setCode] = useState('')
  const sending = useAction(auth.phone.send)
  const verifying = useAction(auth.phone.verify)
  const sent = sending.data
  const isWrongNumber = sending.error?.code === 'invalid_input'
  const isWrongCode =
    verifying.error?.code === 'challenge_invalid' || verifying.error?.code === 'invalid_input'

  const go = async () => {
    if (!sent) return void (await sending.run({ number: plainNumber(number) }))
    const { data, error } = await verifying.run({ ticket: sent.ticket, code: code.replaceAll(/\D/g, '') })
    if (!error) onAdded(data)
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void go()
      }}
    >
      {sending.error && !isWrongNumber && <ErrorNotice error={sending.error} />}
      {verifying.error && !isWrongCode && <ErrorNotice error={verifying.error} />}
      {sent ? (
        <>
          <p role="status">{sent.delayed ? t.codes.delayed : t.codes.sent(number)}</p>
          <Field
            key="code"
            label={t.codes.code}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            className="code"
            maxLength={12}
            autoFocus
            value={code}
            fault={isWrongCode ? t.codes.wrongCode : null}
            onChange={({ target }) => setCode(target.value)}
          />
        </>
      ) : (
        <Field
          key="number"
          label={t.codes.number}
          name="number"
          type="tel"
          autoComplete="tel"
          hint={t.codes.numberHint}
          maxLength={30}
          value={number}
          fault={isWrongNumber ? t.codes.wrongNumber : null}
          onChange={({ target }) => setNumber(target.value)}
        />
      )}
      <div className="actions">
        <button type="button" className="secondary" onClick={onClose}>
          {t.actions.cancel}
        </button>
        <button disabled={sending.pending || verifying.pending}>
          {sent ? t.codes.confirm : t.codes.send}
        </button>
      </div>
    </form>
  )
}

/** As people write their number: `0049 151 …`, `+49 (0)151 …`. */
const plainNumber = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll('(0)', '')
    .replaceAll(/[\s()./-]/g, '')
    .replace(/^00/, '+')
