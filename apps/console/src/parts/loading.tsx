import { useLocale } from '../base/locale/locale.tsx'
import { ErrorNotice } from './error-notice.tsx'
import type { Loaded } from './use-load.ts'

/** A placeholder for data that has not arrived, or that cannot be reloaded. */
export function Loading({ of, error, reload }: Pick<Loaded<unknown>, 'error' | 'reload'> & { of: unknown }) {
  const { t } = useLocale()
  return (
    <>
      {error && <ErrorNotice error={error} onRetry={reload} />}
      {!of && !error && <p role="status">{t.page.loading}</p>}
    </>
  )
}
