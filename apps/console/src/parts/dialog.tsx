import { type PropsWithChildren, useId, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'

/**
 * A modal dialog of the browser: it keeps the focus inside, closes on Escape, and gives the focus back. The first button
 * or field in it is focused, so what destroys comes last.
 */
export function Dialog({ title, onClose, children }: PropsWithChildren<{ title: string; onClose(): void }>) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()

  // Before the element leaves the page: only an open dialog gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])

  // Below the body: nothing that it is opened from styles it.
  return createPortal(
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>,
    document.body,
  )
}
