import type { AuthClientError } from '@latchkey/client'
import { useMemo } from 'react'
import { useLocale } from '../base/locale/locale.tsx'
import { errorText, isDefect } from './error-text.ts'

/** Says aloud what went wrong, and what to tell support. */
export function ErrorNotice({ error, onRetry }: { error: AuthClientError; onRetry?: () => void }) {
  const { t, format } = useLocale()
  // Once for each error: the time that it names must not move on.
  const text = useMemo(() => errorText(error, t, format), [error, t, format])
  return (
    <div className="summary" role="alert">
      <p>{text}</p>
      {isDefect(error, t) && error.requestId && (
        <p className="note">{t.errorParts.requestNumber(error.requestId)}</p>
      )}
      {onRetry && (
        <button type="button" className="secondary" onClick={onRetry}>
          {t.actions.tryAgain}
        </button>
      )}
    </div>
  )
}
