import { Component, type PropsWithChildren, type ReactNode } from 'react'
import { useLocale } from '../base/locale/locale.tsx'

/** A defect of the page itself leaves a sentence behind, and no blank page. */
export class Crash extends Component<PropsWithChildren, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true }
  }

  override render(): ReactNode {
    return this.state.crashed ? <Crashed /> : this.props.children
  }
}

function Crashed() {
  const { t } = useLocale()
  return (
    <main className="lobby">
      <p role="alert">{t.page.broken}</p>
      <button type="button" onClick={() => location.reload()}>
        {t.page.reload}
      </button>
    </main>
  )
}
