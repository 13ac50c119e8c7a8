import { type RefObject, useEffect, useRef } from 'react'

/** For a list whose rows have buttons that go away with them: the list takes the focus when it has come anew. */
export function useFocusAfterLoss<Element extends HTMLElement>(
  loaded: unknown,
): { list: RefObject<Element | null>; lose(): void } {
  const list = useRef<Element>(null)
  const hasLost = useRef(false)
  useEffect(() => {
    if (hasLost.current) list.current?.focus()
    hasLost.current = false
  }, [loaded])
  return { list, lose: () => void (hasLost.current = true) }
}
