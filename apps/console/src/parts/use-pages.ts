import type { Page, PageRequest, Result } from '@latchkey/client'
import { useState } from 'react'
import { useAction } from '../base/auth.ts'
import { type Loaded, useLoad } from './use-load.ts'

export interface Pages<Item> extends Omit<Loaded<unknown>, 'data'> {
  /** The items of all pages so far; null before the first has come. */
  items: Item[] | null
  /** True if there are more. */
  hasMore: boolean
  showMore(): void
  /** True if more were asked for since the first page came. */
  isContinued: boolean
  loadingMore: { pending: boolean; error: Loaded<unknown>['error'] }
}

/** A list that the server gives page by page. */
export function usePages<Item>(
  load: (page: PageRequest) => Promise<Result<Page<Item>, string>>,
  limit: number,
): Pages<Item> {
  const first = useLoad(() => load({ limit }))
  const [further, setFurther] = useState<{ after: Page<Item>; pages: Page<Item>[] } | null>(null)
  const loadingMore = useAction(load)
  // Pages read behind a first page that has been reloaded since are out of date.
  const known = further?.after === first.data ? further?.pages : undefined
  const pages = first.data ? [first.data, ...(known ?? [])] : []
  const cursor = pages.at(-1)?.nextCursor ?? null

  const showMore = async () => {
    if (cursor === null) return
    const { data } = await loadingMore.run({ cursor, limit })
    const [after, ...shown] = pages
    if (data && after) setFurther({ after, pages: [...shown, data] })
  }

  return {
    items: first.data && pages.flatMap(({ items }) => items),
    error: first.error,
    reload: first.reload,
    hasMore: cursor !== null,
    showMore: () => void showMore(),
    isContinued: pages.length > 1,
    loadingMore,
  }
}
