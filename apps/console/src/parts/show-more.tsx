import { useLocale } from '../base/locale/locale.tsx'
import { ErrorNotice } from './error-notice.tsx'
import type { Pages } from './use-pages.ts'

/** The end of a list that comes page by page, as long as there is more. */
export function ShowMore({
  pages: { hasMore, showMore, loadingMore },
}: {
  pages: Pick<Pages<unknown>, 'hasMore' | 'showMore' | 'loadingMore'>
}) {
  const { t } = useLocale()
  return (
    <>
      {loadingMore.error && <ErrorNotice error={loadingMore.error} />}
      {hasMore && (
        <div className="actions">
          <button type="button" className="secondary" disabled={loadingMore.pending} onClick={showMore}>
            {t.actions.showMore}
          </button>
        </div>
      )}
    </>
  )
}
