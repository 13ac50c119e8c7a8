import { useState } from 'react'
import { auth, useAction } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import { stepUpMethodName, type StepUpMethodProps } from './step-up-method.ts'
import { ErrorNotice } from './error-notice.tsx'
import { Field } from './field.tsx'
import { StepUpButtons } from './step-up-buttons.tsx'

/** A code, after it was sent where the method sends one. */
export function CodeStepUp({ method, onProven, onClose }: StepUpMethodProps) {
  const [ticket, setTicket] = useState<string | null>(null)
  if (method.asks && ticket === null) return <Ask method={method} onAsked={setTicket} onClose={onClose} />
  return <CodeForm method={method} ticket={ticket} onProven={onProven} onClose={onClose} />
}

/** Sends a code only on request. */
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
      <StepUpButtons disabled={proof.pending} onClose={onClose} />
    </form>
  )
}
