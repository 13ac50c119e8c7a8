import { auth, useAction } from '../auth.ts'
import { useLocale } from '../locale/locale.tsx'
import { ErrorNotice } from './error-notice.tsx'

/** The passkey's part of the step-up: the browser asks, and answers for the person. */
export function PasskeyProof({ onProven }: { onProven(): void }) {
  const { t } = useLocale()
  const proof = useAction(auth.passkey.stepUp)
  const prove = async () => {
    const { error } = await proof.run()
    if (!error) onProven()
  }
  if (!auth.passkey.isSupported()) return null
  return (
    <>
      {proof.error && <ErrorNotice error={proof.error} />}
      <p>{t.passkeys.stepUpText}</p>
      <div className="actions">
        <button type="button" className="secondary" disabled={proof.pending} onClick={() => void prove()}>
          {t.passkeys.stepUp}
        </button>
      </div>
    </>
  )
}
