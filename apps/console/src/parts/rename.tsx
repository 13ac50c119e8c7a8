import type { Result } from '@latchkey/client'
import { useState } from 'react'
import { useAction } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { Field } from './field.tsx'

interface RenameProps {
  title: string
  label: string
  /** The present name. */
  name: string
  /** Said of an empty name. */
  missing: string
  run(name: string): Promise<Result<{ name: string }, string>>
  onRenamed(name: string): void
  onClose(): void
}

/** Asks for another name. */
export function Rename({ title, label, name: before, missing, run, onRenamed, onClose }: RenameProps) {
  const { t } = useLocale()
  const [name, setName] = useState(before)
  const [fault, setFault] = useState<string | null>(null)
  const renaming = useAction(run)
  const rename = async () => {
    const fault = name.trim() === '' ? missing : null
    setFault(fault)
    if (fault) return
    const { data } = await renaming.run(name.trim())
    if (data) onRenamed(data.name)
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void rename()
        }}
      >
        {renaming.error && <ErrorNotice error={renaming.error} />}
        <Field
          label={label}
          name="name"
          autoComplete="off"
          maxLength={100}
          value={name}
          fault={fault}
          onChange={({ target }) => setName(target.value)}
        />
        <div className="actions">
          <button type="button" className="secondary" onClick={onClose}>
            {t.actions.cancel}
          </button>
          <button disabled={renaming.pending}>{t.actions.save}</button>
        </div>
      </form>
    </Dialog>
  )
}
