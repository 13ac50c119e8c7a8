import { type RefObject, useEffect, useRef } from 'react'

/** Moves the focus to a reloaded list whose row, with the focused button, has gone. */
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
