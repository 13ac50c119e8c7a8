import { auth, useAction } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import type { StepUpMethodProps } from '../../../parts/step-up-method.ts'
import type { PasskeysWords } from './words/en.ts'

/** Steps up by passkey: the browser asks, and answers for the user. */
export function PasskeyStepUp({ onProven, onClose }: StepUpMethodProps) {
  const { t } = useLocale<PasskeysWords>()
  const proof = useAction(auth.passkey.stepUp)
  const prove = async () => {
    const { error } = await proof.run()
    if (!error) onProven()
  }
  return (
    <>
      {proof.error && <ErrorNotice error={proof.error} />}
      <p>{t.passkeys.stepUpText}</p>
      <div className="actions">
        <button type="button" className="secondary" onClick={onClose}>
          {t.actions.cancel}
        </button>
        <button type="button" disabled={proof.pending} onClick={() => void prove()}>
          {t.passkeys.stepUp}
        </button>
      </div>
    </>
  )
}
