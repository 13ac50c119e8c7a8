import type { Result } from '@latchkey/client'
import { useAction } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'

interface ConfirmProps {
  title: string
  text: string
  /** The text of the button. */
  action: string
  run(): Promise<Result<unknown, string>>
  onDone(): void
  onClose(): void
}

/** Asks before something is lost. */
export function Confirm({ title, text, action, run, onDone, onClose }: ConfirmProps) {
  const { t } = useLocale()
  const acting = useAction(run)
  const act = async () => {
    const { error } = await acting.run()
    if (!error) onDone()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {acting.error && <ErrorNotice error={acting.error} />}
      <div className="actions">
        <button type="button" className="secondary" onClick={onClose}>
          {t.actions.cancel}
        </button>
        <button type="button" className="danger" disabled={acting.pending} onClick={() => void act()}>
          {action}
        </button>
      </div>
    </Dialog>
  )
}
